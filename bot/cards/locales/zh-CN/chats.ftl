## 只在 Discord 或 Slack 显示

original = 原图
note-reduced = 为适应 { $platform } 做了压缩，原图已保留
original-file = 第 { $index } 张，共 { $count } 张：原图（{ $size } MiB）· 编号 { $id }
original-reduced = 第 { $index } 张，共 { $count } 张：原图有 { $size } MiB，这是 { $platform } 在这里能接收的最大尺寸 · 编号 { $id }
sent-privately = 我不能再在你发请求的频道里发消息了，所以发到这里：
thread-gone = 你发请求的消息列已不在，结果发到这里：
usage-csv = 每一笔明细，可用任意表格软件打开。
file-too-large = 文件太大，没法发到这里。请向机器人的运营者索取。
help-menus = 任意消息上：应用 → 把这段话画出来；图片消息上：应用 → 举报这张图。
no-words = 那条消息里没有可以画的文字。
no-picture-there = 那不是我画的图。请选一条我发的、带图的消息。
form-where = 发到哪里
form-late = Slack 等得太久，表单没能打开。请按“重试”，或者把想画的写在 /imagine 后面。
comes-privately = 我不能在这个对话里发消息，结果会发到我们的私信里。
invite-me = 我不在这个私有频道里。请先在这里输入 `/invite @{ $bot }`，然后再试。没有扣费。
cannot-join = 我不能在这个频道里发消息。请在这里输入 `/invite @{ $bot }`，或者换个地方。没有扣费。
archived = 这个频道已归档，结果没有地方可发。没有扣费。
stranger = 只有安装了我的组织的成员可以在这里作图。没有扣费。
slack-unconfirmed = Slack 没有回答你有没有这个权限，所以什么也没做。请过一分钟再试。
slack-away = Slack 现在没有响应，所以什么也没做，也没有扣费。请稍后再试。
slack-refused = Slack 拒绝了这个操作（{ $word }），所以什么都没做，也没有扣费。
slack-slow-down = Slack 要求我等待 { $n } 秒，所以什么也没做，也没有扣费。请过后再试。
slack-unnamed-person = 某个人
slack-unnamed-channel = 某个频道
slack-unnamed-group = 某个小组
takes-no-picture = { $model } 只能按文字作图，不能使用图片，所以什么都没有画。
button-draw-words = 只按文字画
spoken-buttons = 按钮：{ $buttons }
card-over = 这一次已经结束，结果在另一条消息里。
home-draw = 画一张图
home-recent = 你最近的图
home-none = 还没有。按一下按钮，或者在任意频道输入 /imagine。
usage-help = /easel usage [我的|频道|大家] [今天|本周|本月|今年] [按天|按月|按人|按频道|按角色] [csv]
usage-chart = 图表在我们的私信里。
usage-too-large = 明细表太大，请缩短时间范围。
shown-privately = 只给你看的图在我们的私信里。
home-defaults = 你的默认值…
home-settings = 设置…
easel-help = /easel usage · gallery [词] · here [词] · starred [词] · show <编号> · why · defaults · mydata export · mydata delete · settings · people · audit · help

## Slack：安装的结果

install-installed = 已安装到 { $name }。在那里的任意频道输入 /imagine 即可。这个页面可以关了。
install-refused = 没有安装：你在 Slack 里没有同意。
install-stale = 这个页面开得太久、已经用过，或者不是在这个浏览器里开始的。没有安装。
install-failed = Slack 没有完成安装。请重新开始；如果一直这样，运营者的日志里有原因。
install-away = 暂时连不上 Slack，请一分钟后重新开始。
install-again = 重新开始

## Discord 自己的权限名称

permission-view-channel = 查看频道（View Channel）
permission-send-messages = 发送消息（Send Messages）
permission-send-messages-in-threads = 在子区内发送消息（Send Messages in Threads）
permission-embed-links = 嵌入链接（Embed Links）
permission-attach-files = 附加文件（Attach Files）

## Slack 里的时刻：花括号里的由 Slack 填写

slack-time = {"{time_secs}"}
slack-date = {"{date_short_pretty} {time}"}
in-seconds = {" "}{ $n } 秒后
in-minutes = {" "}{ $n } 分钟后
untold-heading = 你有图片还没收到
sent-alone = 画好时没有地方可以发，所以在这里只发给你看。
gallery-pick = 打开其中一张
series-thread = 系列 { $id }
help-pick = 选择一个主题
help-topic-start = 用 /imagine 作图
help-told-start = 用任何语言说你想看什么，选项写在哪里都行。
help-topic-options = 选项
help-told-options = 选项可以写在任何位置，顺序不限。只是看起来像选项的文字仍是提示词，"双引号"里的文字也是。
help-topic-series = 一次画多个变体
help-told-series = 花括号里的备选项会画出每一种组合。先告诉你价格，最后有一张汇总图。
help-topic-results = 结果和按钮
help-told-results = “再来一次”和“修改”会再画一次。“高清”用同样的提示词画高一档清晰度：因为没有种子，所以是新的图片。“收藏”和数字按钮为图库频道选出最好的一张。“更多”里有其他比例、原图、可复制的命令和举报。/gallery 可以找回所有图片。
help-topic-usage = 用量和限额
help-told-usage = 图片送达后才计数。被拒绝或失败的不计。/why 会说明请求为什么被拒绝。
help-topic-privacy = 你的数据
help-told-privacy = /mydata 可以导出或删除（会再确认一次）保存的全部个人数据。/defaults 保存你自己的比例、张数、清晰度和风格。
