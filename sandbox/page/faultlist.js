// The fault switches in plain words: groups of [name, label, explanation, kind], defaults, presets.

export const DEFAULTS = {
  latency_ms: 0,
  jitter_ms: 0,
  p_busy: 0,
  p_45011: 0,
  p_502: 0,
  p_timeout_after_accept: 0,
  p_timeout_before: 0,
  p_slow_body: 0,
  p_garbage: 0,
  p_errcode_string: 0,
  force_errcode: null,
  force_path: null,
  ip_not_allowed: false,
  push_attempts: 3,
  push_timeout_s: 5,
  clock_skew_s: 0,
  bad_signature: false,
  wrong_appid: false,
  duplicate_push: false,
  retry_on_non_200: true,
  template_duplicate_40241: false,
  mass_status: null,
};

export const GROUPS = [
  [
    "助手调用平台时",
    [
      ["latency_ms", "每次都慢（毫秒）", "平台过这么久才开始处理。", "number"],
      ["jitter_ms", "忽快忽慢（毫秒）", "在上面之外，再随机慢 0 到这么久。", "number"],
      ["p_busy", "平台繁忙", "返回错误码 -1，应当稍后重试。", "percent"],
      ["p_45011", "调用太频繁", "返回错误码 45011，应当放慢。", "percent"],
      ["p_502", "网关出错", "返回 HTTP 502，不知道是否处理过。", "percent"],
      ["p_timeout_before", "受理前超时", "一直不应答，平台其实没有处理。", "percent"],
      ["p_timeout_after_accept", "受理后超时", "平台已经处理，但应答丢了；重发会让人收到两遍。", "percent"],
      ["p_slow_body", "应答断断续续", "应答的后半段很慢才到。", "percent"],
      ["p_garbage", "应答是乱码", "应答不是 JSON。", "percent"],
      ["p_errcode_string", "错误码成了文字", "errcode 写成字符串。", "percent"],
      ["force_errcode", "固定错误码", "每次调用都返回这个错误码；空着表示不用。", "optional-number"],
      ["force_path", "只影响这些接口", "路径含有这段文字的调用才出故障，例如 custom/send；空着表示全部。", "optional-text"],
      ["ip_not_allowed", "不在 IP 白名单", "取令牌时返回 40164。", "switch"],
      ["mass_status", "群发审核不通过", "群发以这个状态结束，谁也收不到，例如 err(20001) 或 send fail；空着表示不用。", "optional-text"],
      ["template_duplicate_40241", "拒绝重复的模板消息", "同一人短时间内收到同样内容时返回 40241。", "switch"],
    ],
  ],
  [
    "平台推送给助手时",
    [
      ["push_timeout_s", "等待应答（秒）", "真实平台是 5 秒，过了就算没有应答。", "number"],
      ["push_attempts", "最多推送几次", "真实平台是 3 次。", "whole"],
      ["retry_on_non_200", "应答不是 200 也重推", "关掉后只在超时和连不上时重推。", "switch"],
      ["duplicate_push", "每次推送都来两份", "同一条消息同时到达两次，助手只应处理一次。", "switch"],
      ["bad_signature", "签名错误", "模拟别人冒充平台，助手应当拒绝。", "switch"],
      ["wrong_appid", "加密里的 AppID 不对", "模拟发错账号的推送，助手应当拒绝。", "switch"],
      ["clock_skew_s", "平台时钟偏差（秒）", "推送里的时间戳偏移这么多秒，可以是负数。", "whole"],
    ],
  ],
];

export const PRESETS = [
  ["网络慢 3 秒", { latency_ms: 3000 }],
  ["平台繁忙 5%", { p_busy: 0.05 }],
  ["调用太频繁 20%", { p_45011: 0.2 }],
  ["网关出错 20%", { p_502: 0.2 }],
  ["受理后超时", { p_timeout_after_accept: 0.5 }],
  ["重复推送", { duplicate_push: true }],
  ["冒充平台", { bad_signature: true }],
  ["不在 IP 白名单", { ip_not_allowed: true }],
];
