"""A small FAQ whose contents the tests know."""

from bot.search import Entry

SMALL = (
    Entry("annual", "年休假有几天？", ("带薪年假多少天", "工作三年有几天年假")),
    Entry("maternity", "产假多少天？", ("生孩子能休多久",)),
    Entry("paternity", "陪产假有几天？", ("男方护理假怎么休", "老婆生孩子我请几天假")),
    Entry("severance", "经济补偿怎么算？", ("辞退补偿按什么标准",)),
    Entry("double", "违法解除的赔偿金怎么算？", ("无故辞退赔两倍",)),
    Entry("join", "怎样加入工会？", ("入会流程", "我想入会")),
    Entry("quit", "可以退会吗？", ("不想当会员了",)),
    Entry("arrears", "单位拖欠工资怎么办？", ("老板不发工资",)),
    Entry("rider", "外卖骑手能加入工会吗？", ("快递员怎么入会",)),
)
