"""Every fixed sentence the bot says, in one place: plain, kind, short. Functions fill in names, numbers and dates."""

WELCOME = (
    "您好，欢迎来到{union}！\n我可以帮您：\n· 解答劳动和工会政策（直接问就行，比如“年假有几天”）\n"
    "· 申请加入工会（回复“入会”）\n· 工会干部查看本月任务（回复“我的任务”）\n需要人工请回复“转人工”。"
)
WELCOME_UNIT = "您扫的是{unit}的二维码，回复“入会”就可以申请加入。"
WELCOME_BACK = "欢迎回来！想问什么直接说，回复“帮助”看看我能做什么。"
HELP = (
    "我可以帮您：\n· 问政策：直接把问题发给我，比如“加班费怎么算”\n· 入会：回复“入会”，"
    "几分钟就能填完；回复“进度”查办理情况\n· 活动：回复“活动”看最近有哪些，回复“报名 12”这样报名\n"
    "· 工会干部：回复“我的任务”看本月任务，回复“收到”或“完成 1”\n· 转人工：回复“转人工”\n"
    "服务热线 {hotline}（{office}）。"
)
MENU_ASK = "您想问什么？直接发给我就行，比如：\n· 年假有几天\n· 加班费怎么算\n· 单位没有工会怎么入会"
MEDIA = "收到了。我现在还看不懂图片和文件，您可以用文字告诉我，或者回复“转人工”。"
VOICE = "不好意思，这段语音没有转成文字，麻烦您打字告诉我，或者回复“转人工”。"
FORM_WAITS = "您有一份填到一半的内容还留着，回复“继续”接着填，回复“取消”就不填了。"
LOCATION_IN_FORM = "位置不用发，我也没有保存它。请直接打字回答，用语音说也可以。"
LOCATION = "收到您的位置了。想找附近的工会，请回复“入会”并告诉我单位名称。"
EMPTY = "您好，我在。想问什么直接说，回复“帮助”看看我能做什么。"
THANKS = "不客气，有需要随时找我。"
BROKEN = "抱歉，我这边出了点问题，刚才的操作没有生效。请稍后再发一次，或者回复“转人工”。"

SOURCE = "依据：{sources}\n（内容核对于{as_of}）"
HERE = "本地规定："
IN_SHORT = "{question}\n{text}（内容核对于{as_of}）"
LOCAL = "各地标准可能不同，以当地规定为准。"
ASIDE_UNKNOWN = "这个问题我先记下来，稍后请同事补充。我们接着填。"
DID_HELP = "有帮助"
NO_HELP = "没帮助"
SUGGEST = "我不太确定您问的是哪一个，请点一下或回复数字："
NONE_OF_THESE = "都不是"
NUMBER_NOTHING = "现在没有可以选的编号。您想问什么，直接发给我就行。"
PICK_NUMBER = "请回复 1 到 {last}，选上面的一个问题；都不是的话，回复“都不是”。"
PICK_ONE = "请回复 1，看上面的问题；不是的话，回复“都不是”。"
NONE_NOTHING = "好的。您想问什么，换个说法直接发给我就行；要找人，请回复“转人工”。"
DECLINED = (
    "这个问题我现在答不上来，已经记下来交给工会同事补充。\n您可以换个说法再问一次，或者回复“转人工”，"
    "也可以拨打{hotline}（{office}）。"
)
EXPIRED_ENTRY = "这条内容正在更新，为了不误导您先不展示。请回复“转人工”，或者拨打{hotline}。"
OPINION_THANKS = "谢谢您的反馈！"
OPINION_SORRY = (
    "抱歉没帮到您，已经记下来请同事改进。方便的话点一下原因，或者直接写给我们；也可以换个说法再问，或者回复“转人工”。"
)
OPINION_REASON = "谢谢您告诉我们，改好以后会通知您。"
OPINION_EXPLAINED = (
    "抱歉没帮到您。谢谢您告诉我们，已经记下来请同事改进，改好以后会通知您。也可以换个说法再问，或者回复“转人工”。"
)
OPINION_NOTHING = "谢谢！您想评价哪个回答？先问一个问题试试吧。"

HAND_OVER = "已经为您转给工会工作人员（{office}），请稍等。急事请拨打{hotline}。"
HAND_OVER_AGAIN = "您的请求已经在处理中了，工作人员会尽快联系您（{office}）。急事请拨打{hotline}。"
HAND_OVER_CASE = "这件事最好由工会的工作人员直接帮您。"

NOTHING_OPEN = "现在没有正在填的内容。想入会请回复“入会”，想问政策直接问就行。"
SENSITIVE_CASE = "工会工作人员的上班时间是{office}，看到后会马上联系您。"
SENSITIVE_CASE_AGAIN = "工会的工作人员已经收到您的情况，正在处理。"
SENSITIVE_MORE = "想先看看规定怎么说，可以点下面的问题。"
GROUP_DUTIES = "任务清单请点我头像私聊查看，回复“我的任务”就行。"
GROUP_SENSITIVE = (
    "这件事不适合在群里说，请点我头像私聊，我请工会的工作人员来帮您。紧急情况请拨打110或120，工会热线{hotline}。"
)
GROUP_MORE = "（只是要点，完整答案和依据请私聊我）"
GROUP_HAND_OVER = "（只是要点。这件事最好由工会的工作人员直接帮您，请点我头像私聊，或者拨打{hotline}，{office}）"
GROUP_SUGGEST = "您是不是想问：\n{questions}\n@我回复数字就行，私聊我可以看完整答案。"
GROUP_SORRY = "抱歉没帮到您，已经记下来请同事改进。您可以换个说法再问，或者私聊我细说。"
GROUP_HUMAN = "要找工会的工作人员，请点我头像私聊，回复“转人工”；也可以拨打{hotline}（{office}）。"
GROUP_HELP = "在群里@我可以问政策，比如“年假有几天”。入会、办理进度和任务，请点我头像私聊。"
GROUP_UNKNOWN = "这个问题我还答不上来，已经记下来请工会同事补充。您也可以私聊我。"
GROUP_HOP = "私聊请点：{link}"
GROUP_PRIVATE = "这涉及您的个人信息，请点我头像私聊，在群里就不说了。"

NOT_CADRE = "这个功能给工会干部用。您要是工会干部，请先用单位的绑定二维码扫一下，或者回复“转人工”。"
BOUND = "已绑定：{unit} {office}。以后每月第一个工作日我会把任务发给您，回复“我的任务”随时可看。"

LETTERS = "您有{count}条工会的回复："
LETTER_HOW = "回复任意内容即可查看"
LETTER_GAP = "您问的问题有答案了\n{day}您问过“{words}”：\n{answer}"
LETTER_IMPROVED = "您提过意见的内容改好了\n{day}您看过“{question}”，现在是这样：\n{answer}"
LETTER_CASE = "工会工作人员给您的回复\n{words}"
LETTER_APPROVED = (
    "您的入会申请通过了\n欢迎您加入{unit}！您的会员编号是 {number}，{day}入会。\n"
    "有事随时找我，回复“帮助”看看我能做什么。"
)
LETTER_REJECTED = (
    "您的入会申请没有通过\n申请编号 {number}。\n原因：{reason}\n如果您不同意这个结果，可以回复“转人工”说明情况，"
    "也可以拨打{hotline}（{office}），请上级工会复核。情况有变化的，可以再次回复“入会”申请。"
)
LETTER_BEGUN = "您的入会申请开始审核了\n申请编号{number}，由{unit}审核{due}。有结果会告诉您，随时可以回复“进度”查看。"
LETTER_BEGUN_DUE = "，一般{day}前有结果"
LETTER_LATE = (
    "您的入会申请办得晚了，抱歉\n申请编号{number}过了该答复的日子还没有结果，已经上报{where}催办。您不用重新申请，"
    "着急可以回复“转人工”。"
)
LETTER_ESCALATED = (
    "有一份入会申请超期没有审核\n{unit}的申请 {number}，{day}应当审核完，到现在还没有结果。\n"
    "请登录工作台“入会审核”查看，督促或直接办理。"
)
