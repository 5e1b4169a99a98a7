// Chinese names of what the server calls by code.

export const ACCOUNT = "工会助手";

export const VIA = { passive: "被动回复", custom: "客服消息", template: "模板消息", bizsend: "订阅通知", mass: "群发" };

export const WINDOWS = {
  message: "发过消息（48 小时内）",
  click: "点过菜单或选项（1 分钟内）",
  subscribe: "刚关注（1 分钟内）",
  scan: "扫过码（1 分钟内）",
};

export const ALLOWED = { message: 5, click: 3, subscribe: 3, scan: 3 };

export const QUOTA = {
  custom: "客服消息",
  template: "模板消息",
  mass: "群发",
  stable_token: "稳定版令牌",
  token: "普通令牌",
};

const WHAT = {
  text: "文字消息",
  image: "图片消息",
  voice: "语音消息",
  video: "视频消息",
  shortvideo: "小视频消息",
  location: "位置消息",
  link: "链接消息",
  file: "文件消息",
  "event:subscribe": "关注",
  "event:unsubscribe": "取消关注",
  "event:SCAN": "扫码",
  "event:CLICK": "点菜单",
  "event:VIEW": "点菜单链接",
  "event:subscribe_msg_popup_event": "回答订阅弹窗",
  "event:subscribe_msg_change_event": "关闭订阅通知",
  "event:subscribe_msg_sent_event": "订阅通知结果",
  "event:TEMPLATESENDJOBFINISH": "模板消息结果",
  "event:MASSSENDJOBFINISH": "群发结果",
  token: "取令牌",
  stable_token: "取稳定版令牌",
  "message/custom/send": "发客服消息",
  "message/custom/typing": "显示正在输入",
  "message/template/send": "发模板消息",
  "message/subscribe/bizsend": "发订阅通知",
  "message/mass/sendall": "群发给全部或标签",
  "message/mass/send": "群发给名单",
  "message/mass/preview": "群发预览",
  "menu/create": "创建菜单",
  "menu/get": "查菜单",
  "menu/delete": "删菜单",
  "qrcode/create": "创建二维码",
  "user/info": "查用户",
  "user/get": "查关注者",
  "media/upload": "上传素材",
};

/** A Chinese name for a push or call; the code itself when there is none. */
export const whatName = (code) => WHAT[code] ?? code.replace(/^event:/, "事件 ");

const FIELD = {
  thing: "事项",
  time: "时间",
  date: "日期",
  name: "姓名",
  phrase: "状态",
  number: "数量",
  amount: "金额",
  character_string: "编号",
  phone_number: "电话",
  letter: "字母",
  const: "类别",
  keyword: "内容",
};

/** A readable label of a notice field such as thing1; the code itself when its type is unknown. */
export function fieldName(code) {
  const parts = /^([a-z_]+?)\d+$/.exec(code);
  return (parts && FIELD[parts[1]]) ?? code;
}

const CHECKS = {
  answered_in_time: "按时应答",
  connected: "连上了回调地址",
  status: "HTTP 状态正确",
  size: "大小合适",
  exact: "应答前后没有空白",
  xml: "XML 正确",
  envelope: "加密外壳正确",
  encrypted: "回复已加密",
  timestamp: "时间戳正确",
  nonce: "随机串正确",
  signature: "签名正确",
  decrypts: "可以解密",
  elements_once: "没有重复元素",
  to_user: "收件人正确",
  from_user: "发件人正确",
  create_time: "时间正确",
  msg_type: "消息类型正确",
  content: "内容不为空",
  text_bytes: "文字不超过 2048 字节",
  media_id: "素材存在",
  music: "音乐完整",
  articles: "图文完整",
  article_count: "图文数量一致",
  article_limit: "图文数量不超限",
  reply_possible: "此事件可以回复",
  echostr: "原样返回验证串",
};

/** A Chinese name for a check. */
export const checkName = (code) => CHECKS[code] ?? code;

export const isCadre = (phone) => phone.role.includes("干部");

/** Example questions for this person. */
export const chipsFor = (phone) =>
  isCadre(phone) ? ["我的任务", "收到", "完成 1"] : ["年假有几天", "加班费怎么算", "入会"];
