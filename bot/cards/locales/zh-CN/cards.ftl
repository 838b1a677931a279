## 进度

status-queued = { $ready ->
    [unknown] 排队中，{ queued-place }
   *[known] 排队中，{ queued-place }，预计{ $moment }完成
}
queued-place = { $position ->
    [0] 马上开始
    [1] 下一个就是你
   *[other] 第 { $position } 位
}
status-drawing = 正在画，通常要 { $time }
status-gathering = { $ended ->
    [0] 正在绘制 { $jobs } 种组合
   *[other] { $jobs } 种组合已完成 { $ended } 种
}
status-looking = 正在向服务商核实是否收到了你的请求
status-away = 服务商暂时没有回应；你的请求会保留，恢复后自动继续
status-slow = 比平时慢一些，服务商还在画
status-resumed = 刚刚重启过，你的{ $n ->
    [1] 图
   *[other] {" "}{ $n } 张图
}没有丢，还在路上
status-delivering = 画好了，正在发送
status-done = 用时 { $time }
status-cancelled = 已取消
status-deleted = 已删除，无法恢复。

time-range-seconds = { $low }-{ $high } 秒
time-range-minutes = { $low }-{ $high } 分钟
time-seconds = { $seconds } 秒
time-minutes = { $minutes } 分 { $seconds } 秒
time-minutes-about = { $minutes } 分钟

usage-left = 今天已用 { $used } 张，还剩 { $left } 张
usage-unlimited = 今天已用 { $used } 张

## 附注

between-values = 、
between-sentences = 。
pictures = { $n } 张
note-fewer = 要了 { $wanted } 张，只收到 { $came } 张；只按收到的计数
note-not-charged = 没有扣费
note-kept-counts = 已为你保留 { $n } 张，计入你的用量。用 /show { $id } 查看。
note-cancelled = 不占用你的额度
note-cancelled-unknown = 还不知道请求是否已经发出，结果会显示在这里。
note-cancelled-drawing = 请求已经发出，仍在绘制：除非服务商绘制失败，否则计 { $n } 张。结果会显示在这里。
note-cancelled-drawn = 请求已经发出，画好了 { $n } 张，计入你的用量。图片已保留，没有发布。
note-cancelled-counts = 请求已经发出，服务商一直没有给出结果，计 { $n } 张。
note-cancelled-nothing = 请求已经发出，但没有画出图片，不占用你的额度。
note-cancelled-sheet = 已画好的会保留，其余的不计入你的用量
note-ai = AI 生成，模型：{ $model }
note-ai-sandbox = AI 生成：由沙盒代替 { $model } 绘制
note-sandbox = 沙盒模式：由模拟服务绘制，不是真实服务
note-job = 编号 { $id }
note-understood = 已理解：{ $understood }
note-others = 同时改了：{ $others }
note-quote = 如果这是画面的一部分，请给它加上双引号。
note-would-draw = “减少一些”会画：{ $text }
hint-ratio = “{ $word }”会当作文字来画。要这个形状，请写 { $instead }。
hint-brace = “{ $word }”会当作文字来画，因为花括号没有合上。{ $instead } 会各画一张。
hint-option = 这里没有“{ $word }”这个选项，所以会当作文字来画。/help 列出了全部选项。
note-nothing-charged = 没有扣费
options-count = 计 { $n } 点
options-sheet = { $jobs } 种组合
note-price = { $points ->
    [1] 计 { $price } 张，今天还剩 { $left } 张
   *[other] { $clarity } 一张 { $points } 点，今天还剩 { $left } 点
}
alt-text = AI 生成的图片，第 { $index } 张，共 { $count } 张：{ $prompt }
alt-sheet = AI 生成的汇总图，共 { $jobs } 种组合：{ $prompt }

## 按钮

button-cancel = 取消
button-show-kept = 查看图片
button-repost = 再发一次
posted-again = 已经发到你提问的地方，没有重新画。
posted-already = 那里已经有了。
post-refused-again = 那里还是发不了，图片仍然为你保留。
button-try-again = 重试
button-use = 改用 { $what }
button-draw-anyway = 就画这个
button-use-no-style = 不用风格
button-draw-all = 全部绘制（{ $jobs }）
button-fewer = 减少一些
button-leave-out = 去掉它再画
button-make-it = 改成 { $n } 张
button-fix = 修改
button-appeal = 没有恶意
button-why = 为什么？

## 失败原因

heading-failed = 这次没画成
failure-rejected = 服务商不接受这个请求{ $said ->
    [nothing] ，换个说法也许可以。
   *[something] ：{ $detail }
}
failure-task-failed = 服务商试过了，没能画出来{ $said ->
    [nothing] 。
   *[something] ：{ $detail }
}
failure-timed-out = 等了太久服务商还没画完，所以不再等了。
failure-no-pictures = 服务商说画好了，但没有一张图能打开。
failure-series-failed = 没有一种组合画出图片。
failure-unavailable = 长时间连不上服务商，什么都没有下单。
failure-unclear = 发送请求时连接断了，无法确定服务商有没有收到。为了不重复付费，没有再次发送。
failure-account = 服务商不接受这个机器人的账号，只有运营者能解决。
failure-undeliverable = 图画好了，但这个频道不再接收我的消息。图片已保存。
undeliverable-too-large = 图画好了，但即使压缩后对这里来说也太大。图片已保存。
undeliverable-form = 图画好了，但这条消息被拒绝了。图片已保存。
undeliverable-slack = 图画好了，但 Slack 不接收这条消息（{ $word }）。图片已保存。
undeliverable-slack-file-uploads-disabled = 图画好了，但这个工作区关闭了文件上传（file_uploads_disabled），管理员可以开启。图片已保存。
undeliverable-slack-team-access-not-granted = 图画好了，但组织没有让这个工作区使用我（team_access_not_granted），组织管理员可以授权。图片已保存。
undeliverable-slack-is-archived = 图画好了，但频道已归档。图片已保存。
undeliverable-slack-restricted-action = 图画好了，但这个频道只有部分成员可以发消息。图片已保存。
undeliverable-late = 图画好了，但聊天平台很久都不接收消息。图片已保存。
undeliverable-answer-over = 图画好了，但在那里回复你的时间已过，而你的私信也关着。图片已保存。
failure-internal = 我们这边出了错。运营者可以在日志里按编号 { $id } 找到它。

## 没有照办：只有提出的人看得到


bad-ratio = “{ $word }”不是可用的比例。可用的有 { $legal }，最接近的是 { $nearest }。
bad-n = “{ $word }”：一次可以画 1 到 4 张。
bad-clarity = “{ $word }”不是可用的清晰度。可用的有 { $legal }，最接近的是 { $nearest }。
bad-style = { $nearest ->
    [none] 没有“{ $word }”这个风格。可用的有 { $legal }。
   *[other] 没有“{ $word }”这个风格。是不是想用 { $nearest }？
}
foreign-option = “{ $word }”是别的作图程序的选项，在这里不起作用。可以用 比例:、张数:、清晰度: 和 风格:。
prompt-empty = 请说说想画什么，比如：暴风雨中的灯塔 比例:16:9
prompt-too-long = 一共 { $length } 个字符，提示词最多 { $limit } 个。请删短一些再发。
text-too-long = 一共 { $length } 个字符，这里最多 { $limit } 个。
matrix-offer = { $left ->
    [-1] 共 { $jobs } 种组合，{ $pictures } 张图，计 { $points }。你确认之前不会绘制。
   *[other] 共 { $jobs } 种组合，{ $pictures } 张图，计 { $points }，你今天还剩 { $left }。你确认之前不会绘制。
}
matrix-too-large = 组合超过了一次最多的 { $most } 种。请去掉一些。
matrix-not-here = 这里我只能回复一条消息，不能用花括号里的组合。请只选其中一种。

limit-unfinished = { $wanted ->
    [1] 你还有 { $used } 个请求没有完成，同时最多 { $limit } 个。请等一个完成。取消的请求在绘制结束前仍然算一个。
   *[other] 这是 { $wanted } 个请求，你还有 { $used } 个请求在进行中，超过了同时最多 { $limit } 个的限制。请等一些完成，或者少要一些。
}
# 有的清晰度一张算几点，这时按点数来说。
limit-daily = { $limit ->
    [0] 你在这里每天的上限是 0 张，所以不能画。管理者或运营者可以提高上限。
   *[other] { $points ->
        [1] { $fits ->
            [0] 你今天的 { $limit } 张已经用完，{ $resets_at }恢复。
           *[other] 你要画 { $wanted } 张，今天的 { $limit } 张里还剩 { $fits } 张，{ $resets_at }恢复。
        }
       *[other] 这次要算 { $wanted } 点（{ $clarity } 一张 { $points } 点），你今天的 { $limit } 点里还剩 { $left } 点，{ $resets_at }恢复。
    }
}
limit-channel-daily = { $limit ->
    [0] 这个频道每天的上限是 0 张，所以不能画。管理者可以提高上限。
   *[other] { $points ->
        [1] { $fits ->
            [0] 这个频道今天的 { $limit } 张已经用完，{ $resets_at }恢复。
           *[other] 你要画 { $wanted } 张，这个频道今天的 { $limit } 张里还剩 { $fits } 张，{ $resets_at }恢复。
        }
       *[other] 这次要算 { $wanted } 点（{ $clarity } 一张 { $points } 点），这个频道今天的 { $limit } 点里还剩 { $left } 点，{ $resets_at }恢复。
    }
}
limit-community-monthly = { $limit ->
    [0] 这个社区每月的上限是 0 张，所以不能画。管理者或运营者可以提高上限。
   *[other] { $points ->
        [1] { $fits ->
            [0] 这个社区本月的 { $limit } 张已经用完，{ $resets_at }恢复。
           *[other] 你要画 { $wanted } 张，这个社区本月的 { $limit } 张里还剩 { $fits } 张，{ $resets_at }恢复。
        }
       *[other] 这次要算 { $wanted } 点（{ $clarity } 一张 { $points } 点），这个社区本月的 { $limit } 点里还剩 { $left } 点，{ $resets_at }恢复。
    }
}
limit-total-daily = { $limit ->
    [0] 这个机器人每天的总上限是 0 张，所以不能画。运营者可以提高上限。
   *[other] { $fits ->
        [0] 这个机器人今天能画的张数已经用完，{ $resets_at }恢复。
       *[other] 这个机器人今天还能画 { $fits } 张，{ $resets_at }恢复。
    }
}
limit-total-monthly = { $limit ->
    [0] 这个机器人每月的总上限是 0 张，所以不能画。运营者可以提高上限。
   *[other] { $fits ->
        [0] 这个机器人本月能画的张数已经用完，{ $resets_at }恢复。
       *[other] 这个机器人本月还能画 { $fits } 张，{ $resets_at }恢复。
    }
}
limit-guests-daily = { $limit ->
    [0] 网页访客每天的上限是 0 张，所以不能画。有邀请的人用自己的张数。
   *[other] { $fits ->
        [0] 今天给网页访客的张数已经用完，{ $resets_at }恢复。有邀请的人用自己的张数。
       *[other] 今天全部网页访客还剩 { $fits } 张，{ $resets_at }恢复。有邀请的人用自己的张数。
    }
}
limit-cooldown = 请稍慢一点：{ $resets_at }可以再画。

not-served = 我在这里不作图，运营者指定了其他地方。取消、/show、删除和 /mydata 仍然可用。
paused-everywhere = 目前全部暂停作图。你的请求没有问题，请稍后再试。
paused = 这个社区目前暂停作图。你的请求没有问题，请稍后再试。
blocked-person = 这里的管理员屏蔽了你{ $reason ->
    [nothing] 。
   *[other] ：{ $reason }。
}详情和解除请找管理员。
locked = 这里的管理员暂时禁用了你{ $reason ->
    [nothing] 。
   *[other] ：{ $reason }。
}{ $until }可以再画。
pressed-twice = 刚才已经按过，正在画了。想再画一次，请过几秒再按。
event-reused = 这个 Idempotency-Key 已用于另一个内容不同的请求。新请求请用新的 key。
not-a-request = { $kind ->
    [thanks] 不客气！想再画一张，直接说你想看到什么。
    [greeting] 你好！告诉我你想看到什么，我来画。
    [remark] 只凭这句话不知道要画什么，所以没有画。告诉我你想看到什么，或者仍然画它。
   *[help] 告诉我你想看到什么，我来画。
}
wrong-channel = 这个频道不能作图。可以作图的频道：{ $channels }。
blocked-word = “{ $word }”在这个社区的屏蔽词里。请去掉它；如果在这里没有恶意，可以告诉管理员。只有你能看到这条消息。

not-yours = 这不是你的：只有作者和管理员可以这样做。
job-gone = 找不到了：可能已被删除，或者从来不在这里。
already-finished = 晚了一步：{ $state ->
    [done] 已经画好了
    [failed] 已经失败了
    [cancelled] 已经取消了
   *[other] 已经结束了
}。
nothing-to-delete = 还没有可以删除的。可以取消它，或者等它完成。
no-person-chosen = 请先选择一个人。
no-deed-chosen = 请先选择要做什么。
interrupted = 处理时 Easel 重启了。请看看是否已经完成；如果没有，请再试一次。
draft-gone = 这个选项已经过期，请重新发送请求。
draft-taken = 这个选项已经用过了，任务编号 { $id }。
missing-permissions = 我在这里缺少权限：{ $permissions }。请让管理员授权，然后再试。
shutting-down = 我正在重启，暂时不接新请求。请过一分钟再试。
storage-away = 现在暂时无法保存，不能接受新请求；已接受的会继续等待。请稍后再试。
provider-account = 服务商不接受这个机器人的账号，只有运营者能解决。没有扣费。
internal = 我们这边出了错，没有扣费。编号：{ $id }
refused-otherwise = 现在还做不了，没有扣费。

## 单句

working = 正在处理……
deleted-ok = 已彻底删除。
deleted-later = 图片已删除。聊天平台还没有移除这条消息，我会一直重试，直到它消失。
deleted-refused = 图片已删除，但聊天平台不让我移除这条消息。我每天会再试一次，重新启动并有权限时也会再试。

## 管理

moderators-only = 只有这个社区的管理员可以这样做。
managers-only = 只有这个社区的管理者可以这样做。
operator-only = 只有这个机器人的运营者可以这样做。
already-removed = 这个已经移除了。
nothing-to-report = 没有可以举报的图片。
already-reported = 你已经举报过，管理员已经知道了。
nothing-to-undo = 这里没有可以撤销的。
already-undone = { $by } 已经撤销了。
already-paused = 已经暂停作图了。
not-paused = 现在没有暂停作图。
not-blocked = 这个人没有被暂时禁用或屏蔽。
not-yourself = 不能禁用或屏蔽自己。
no-strikes = 这个人没有警告记录。
lock-too-long = 暂时禁用最长 { $days } 天，更久请改用屏蔽。
block-over = 那个时间已经过了。
nothing-to-appeal = 没有可以申诉的屏蔽词了。
already-appealed = 你已经就这个词告诉过管理员。
word-empty = 里面没有字母、文字或数字，永远匹配不到。
word-too-long = 一共 { $length } 个字符，屏蔽词最多 { $limit } 个。
word-there = “{ $word }”已经屏蔽了。
word-gone = “{ $word }”没有被屏蔽。
words-full = 已有 { $most } 个屏蔽词，不能再多。请先去掉一个。
setting-unknown = 没有“{ $word }”这个设置。
setting-number = { $setting }：“{ $word }”不是 { $least } 到 { $most } 的整数。请输入整数，例如 { $example }。
setting-ceiling = { $setting }：“{ $word }”超过了运营者允许的上限 { $most }。请输入 { $least } 到 { $most } 的整数，例如 { $example }。
setting-floor = { $setting }：“{ $word }”低于运营者允许的下限 { $least }。请输入 { $least } 到 { $most } 的整数，例如 { $example }。
setting-choice = { $setting }：“{ $word }”不在可选范围内：{ $legal }。
setting-zone = { $setting }：没有“{ $word }”这个时区。是不是 { $nearest }？
setting-table = { $setting }：看不懂“{ $word }”。请写成 名称=数字，用逗号分开。
setting-style = { $setting }：“{ $word }”不能用。请写一个新名称、冒号，再写不超过 { $most } 个字符的提示词。
setting-too-many = { $setting }：最多 { $most } 个。

reported-ok = 谢谢，已经交给管理员。
reported-unseen = 谢谢，已经记下；这个社区还没有设置管理员频道。
appealed-ok = 谢谢，管理员会看看这个词。
left-over = 聊天平台连不上，消息还是原样，请手动处理。

report-heading = { $n ->
    [1] 收到举报
   *[other] 收到 { $n } 人举报
}
report-author = 作者 { $name }，{ $strikes ->
    [0] 没有警告
   *[other] 警告 { $strikes }/{ $limit }
} · 编号 { $id }
appeal-heading = 有人认为一个屏蔽词没有恶意
appeal-told = { $name } 在{ $moment }因为“{ $word }”没有画成，认为这个词没有恶意。
ceiling-heading-community-month = { $community } 本月限额已用 { $percent }%（LIMIT_COMMUNITY_MONTHLY）
ceiling-heading-total-day = 所有人今天的限额已用 { $percent }%（LIMIT_TOTAL_DAILY）
ceiling-heading-total-month = 所有人本月的限额已用 { $percent }%（LIMIT_TOTAL_MONTHLY）
ceiling-heading-guests-day = 网页访客今天的限额已用 { $percent }%（LIMIT_GUESTS_DAILY）
ceiling-nearly = 已用 { $used } 张，共 { $limit } 张。{ $resets_at } 重新计算。
ceiling-used = 已用 { $used } 张，共 { $limit } 张，之后的请求会被拒绝。{ $resets_at } 重新计算。
communities-removed-heading = 有 { $count } 个社区移除了机器人
communities-removed = 在那里的请求、图片和设置会在{ $due }删除（FORGET_COMMUNITIES_DAYS），除非在此之前重新添加机器人。
communities-more = 另有 { $count } 个，日志里有全部编号
community-forgotten-heading = { $community } 已删除：移除机器人后没有重新添加
community-forgotten = 已删除 { $jobs } 个请求，以及图片、设置、屏蔽和操作记录。用量数字保留，不含姓名。
cut-limits-heading = 运营者的上限低于本社区的设置
cut-limits-told = 运营者的限额是上限，超过的设置不再生效。运营者可以用旁边的命令允许它。
cut-limits-line = { $setting }：设置为 { $stored }，实际为 { $holds }。
budget-heading = 本月预算已用 { $percent }%
budget-nearly = { $limit } 里已用 { $used }，{ $resets_at }重新开始。
budget-used = { $limit } 里已用 { $used }，现在不再接受请求。{ $resets_at }重新开始，或由管理者提高预算。

button-remove = 移除
button-lock = 暂时禁用一小时
button-blockword = 屏蔽一个词
button-undo = 撤销：{ $what }
button-allow-word = 允许这个词
undo-removed = 移除
undo-locked = 暂时禁用
undo-blocked = 屏蔽
undo-unblocked = 解除
undo-word-added = 屏蔽词
undo-word-removed = 允许词
undo-settings-changed = 设置
undo-paused = 暂停作图
undo-resumed = 恢复作图
undo-other = 这一项

audit-heading = 这里的操作记录
audit-until = 到{ $moment }
audit-undone = 已由 { $actor } 撤销
audit-refused = { $target } 的请求没有通过
audit-reported = { $actor } 举报了编号 { $target }
audit-removed = { $actor } 移除了编号 { $target }
audit-restored = { $actor } 恢复了编号 { $target }
audit-locked = { $actor } 暂时禁用了 { $target }
audit-unlocked = { $actor } 解除了对 { $target } 的暂时禁用
audit-blocked = { $actor } 屏蔽了 { $target }
audit-unblocked = { $actor } 解除了对 { $target } 的屏蔽
audit-struck = { $actor } 给 { $target } 记了一次警告
audit-forgiven = { $actor } 清除了 { $target } 的警告
audit-word-added = { $actor } 屏蔽了词“{ $target }”
audit-word-removed = { $actor } 重新允许了词“{ $target }”
audit-settings-changed = { $actor } 改了设置
audit-exceptions-changed = { $actor } 改了运营者对这里的限额
audit-paused = { $actor } 暂停了作图
audit-resumed = { $actor } 恢复了作图
audit-reset = { $actor } 重置了 { $target } 今天的用量
audit-appealed = { $target } 认为一个屏蔽词没有恶意
audit-data-exported = { $actor } 导出了 { $target } 的数据
audit-data-deleted = { $actor } 删除了 { $target } 的数据

why-heading = 为什么没有画
why-never = 你在这里没有被拒绝过。
reason-not-served = 我在那里不作图
reason-paused-everywhere = 当时全部暂停作图
reason-paused = 当时这个社区暂停作图
reason-blocked-person = 管理员屏蔽了你
reason-locked = 管理员暂时禁用了你
reason-wrong-channel = 那个频道不能作图
reason-blocked-word = 含有屏蔽词
reason-limit-unfinished = 同时进行的请求太多
reason-limit-cooldown = 离上一次请求太近
reason-limit-daily = 当天的张数已用完
reason-limit-channel-daily = 频道当天的张数已用完
reason-limit-total-daily = 机器人当天的张数已用完
reason-limit-total-monthly = 机器人当月的张数已用完
reason-limit-guests-daily = 当天给网页访客的张数已用完
reason-limit-community-monthly = 社区当月的张数已用完
reason-failure-rejected = 服务商没有接受这个请求
reason-failure-task-failed = 服务商试过，没有画出来
reason-bad-ratio = 不支持的比例
reason-bad-n = 不支持的张数
reason-bad-clarity = 不支持的清晰度
reason-bad-style = 这里没有的风格
reason-foreign-option = 别的作图程序的选项
reason-prompt-empty = 请求里没有提示词
reason-prompt-too-long = 提示词太长
reason-matrix-too-large = 组合太多
reason-other = 其他原因
todo-again = 已经过去了，可以再试。
todo-wait = { $moment }可以再试。
todo-paused = 请等管理员恢复作图。
todo-moderators = 请联系管理员，他们可以解除。
todo-channel = 请到可以作图的频道里再试。
todo-reword = 没有扣费。请换个说法再试，服务商每次都会重新判断。
todo-option = 请换成支持的值再试。最接近的是 { $nearest }。
todo-prompt = 请写上想画什么再试。
todo-shorter = 请缩短提示词再试。
todo-fewer = 请去掉一些组合再试。
todo-foreign = 请去掉这个选项再试。
todo-word = 请去掉这个词，或者告诉管理员它没有恶意。

settings-heading = 这个社区的设置
settings-operator = { $value }（运营者的设置）
settings-at-most = 最多 { $most }，由运营者设定
settings-at-least = 至少 { $least }，由运营者设定
settings-unlimited = 不限
field-timezone = 时区
field-user_daily = 每人每天张数
field-user_running = 每人同时进行的请求
field-user_waiting = 每人排队的请求
field-monthly = 社区每月张数
field-cooldown = 每人两次请求之间的秒数
field-role_daily = 各角色每天张数
field-channel_daily = 各频道每天张数
field-weights = 各清晰度一张计几点
field-allowed_channels = 只在这些频道
field-moderation_channel = 管理员频道
field-gallery_channel = 图库频道
field-default_ratio = 默认比例
field-default_clarity = 默认清晰度
field-default_n = 默认张数
field-default_style = 默认风格
field-retention_days = 图片和提示词保留天数
field-blocked_words = 屏蔽词（{ $n }）

## 帮助

help-heading = 用 /imagine 作图
help-usage = 写下想看到的画面，选项放在哪里都行：暴风雨中的灯塔 比例:16:9 张数:2
help-option = { $name } – { $description }：{ $values }（默认 { $default }）
help-also = 也可以写 --ar 16:9 · ratio=16:9 · 比例：16：9 · x4 · 4k。
help-quote = "双引号" 里的内容一定是画面，不会当作选项。
help-matrix = 一次画出所有组合，会先告诉你价格：{"{红|蓝}狐狸，{水墨|黏土}"}

## Terminal

terminal-waiting = 另一条 Easel 命令正在使用这个数据库，正在等它结束
terminal-moment = { $hours ->
    [0] {" "}{ $time }{" "}
   *[other] {" "}{ $time }（{ $hours } 小时后）
}
terminal-all = 加上 --all 就会全部绘制。
terminal-sandbox = 这次由沙盒作画，不是真实服务
terminal-anyway = 还是想画这个：python -m bot imagine { $text }
terminal-cancelling = 正在取消。再按一次 Ctrl-C 就不等结果，立即停止。
terminal-stopped = 已停止，还没有下单。
terminal-interrupted = 已立即停止。已经下单的会在下次启动时继续，图片会保留。
terminal-draw-all = 全部绘制吗？
terminal-bad-argument = 请求不是 UTF-8 文本。请重新输入，或从标准输入发送：python -m bot imagine -
terminal-no-input = 标准输入是空的，没有可画的内容。可以这样：echo "一只红狐狸" | python -m bot imagine -
terminal-bad-input = 标准输入不是 UTF-8 文本，没有可画的内容。请以纯文本发送提示词。
terminal-much-input = 标准输入超过 { $limit } 个字符。请只发送提示词。
terminal-bot-gone = 正在运行的机器人断开了。如果它已经接受你的请求，下次启动后会继续，图片会保留。

## 用量

usage-of-mine = 我的用量
usage-of-channel = 本频道的用量
usage-of-community = 本社区的用量
usage-of-everywhere = 全部用量
usage-by-person = 按成员
usage-by-channel = 按频道
usage-by-role = 按角色
usage-by-community = 按社区
usage-by-platform = 按平台
usage-total = { $jobs } 次请求，共 { $pictures }{ $still ->
    [0] {""}
   *[other] ，还有 { $still } 张在画
}
usage-today = 今天：{ $limit } 张里已用 { $used } 张，还剩 { $left } 张，{ $resets_at }恢复
usage-today-unlimited = 今天：已用 { $used } 张，没有上限
usage-month = 本社区：本月 { $limit } 张里已用 { $used } 张，还剩 { $left } 张，{ $resets_at }恢复
usage-month-unlimited = 本社区：本月已用 { $used } 张，没有上限
usage-sums = 已下单 { $ordered } 张 · 已送达 { $delivered } 张 · 已计 { $charged } 张 · 已退回 { $back } 张
usage-elsewhere = 今天在别处用了 { $n } 张
usage-unit = { $n ->
   *[other] 张
}
usage-done = 已送达
usage-charged = 已计未发布
usage-ordered = 已下单未计
usage-still = 进行中
usage-nothing = 还没有
usage-others = 其他 { $n } 项
usage-alt = { $title }，{ $days }：{ $pictures }。
usage-managers-only = 谁用了多少，只有管理者能看。你可以看自己的用量，或本频道每天的用量。
usage-operator-only = 只有机器人的运营者能看本社区以外的用量。

## 图库

gallery-mine = 我的图
gallery-here = 本频道的图
gallery-starred = 这里收藏的图
gallery-words = 包含：{ $words }
gallery-page = 第 { $page } 页，共 { $pages } 页 · { $total } 个结果
gallery-page-of-many = 第 { $page } 页，共 { $pages } 页 · 前 { $total } 个结果；其余的可以用关键词搜索
gallery-mine-empty = 你还没有图。请输入 /imagine，再写上想画什么。
gallery-here-empty = 这个频道还没有图。请输入 /imagine，再写上想画什么。
gallery-starred-empty = 这里还没有人收藏过。
gallery-nothing-found = 没有找到包含“{ $words }”的图。
gallery-ai = 全部由 AI 生成
wall-made-by = 作者：{ $name }
no-pictures-yet = 它还没有可以选的图。
no-such-picture = 没有这一张：一共只有 { $count } 张。
starred-ok = 已收藏
starred-private = 已收藏。这是在私密的地方画的，只有那里的人看得到。要分享给整个社区吗？
shared-ok = 已分享：这里的人都能在 /gallery starred 里或用编号看到它。你可以随时取消分享。
unshared-ok = 已取消分享：只有当时那个频道里的人看得到。
only-author-shares = 只有作者本人可以分享或取消分享。
no-share-links = 运行这个网页的人没有开启分享链接。
share-link-days = 分享链接最多有效 { $most } 天，请选一个给出的期限。
under-moderation = 有人举报了这个结果，在管理员处理之前不能分享到外面。
too-many-share-links = 你已经有 { $most } 个分享链接。请先停用一个不再需要的，再试一次。
share-link-gone = 这个分享链接已经失效了。
nobody-to-share-with = 没有可以分享的对象：能看到的人都已经看得到了。
unstarred-ok = 已取消收藏
voted-ok = 你投给了第 { $index } 张
unvoted-ok = 已收回你的票

button-hd = 高清
button-hd-price = 高清 · 计 { $n } { $points ->
    [1] 张
   *[other] 点
}
button-star = 收藏
button-starred = ★ { $stars }
spoken-vote = { $votes ->
    [0] 给第 { $index } 张投票
   *[other] 给第 { $index } 张投票，已有 { $votes } 票
}
spoken-star = { $stars ->
    [0] 收藏
   *[other] 收藏，已有 { $stars } 个收藏
}
button-voted = { $index } · { $votes }
button-spoiler = 遮挡
button-report = 举报
button-share = 分享给社区
button-unshare = 取消分享

show-heading = 编号 { $id }
show-asked = 由 { $name } 提出，{ $moment }
show-stars = ★ { $stars } 次收藏
show-votes = 第 { $index } 张：{ $votes } 票

lineage-edit = 修改自 { $id }：{ $changes }
lineage-again = 与 { $id } 相同，再画一次
lineage-prompt = 提示词不同
lineage-ratio = 比例
lineage-n = 张数
lineage-clarity = 清晰度
lineage-style = 风格

## 更多

more-heading = 同样的内容，换个画法
more-shapes = 换个比例：{ $price }
more-hd = 高清会按 { $clarity } 重新画：{ $price }。画出来是另一张图，原图的细节无法保留。
more-sent = 连同风格发送的提示词：{ $prompt }
price = 计 { $n } { $points ->
    [1] 张
   *[other] 点
}，今天还剩 { $left } { $points ->
    [1] 张
   *[other] 点
}
price-too-much = 要计 { $n } { $points ->
    [1] 张
   *[other] 点
}，可今天只剩 { $left } { $points ->
    [1] 张
   *[other] 点
}
price-unlimited = 计 { $n } { $points ->
    [1] 张
   *[other] 点
}
hd-largest = 它已经是最高的清晰度 { $clarity }。可以用“再来一次”重新画。
no-such-shape = 不能画成这个比例。可用的有 { $ratios }。

## 请求里没写时用什么

defaults-title = 你的默认值
defaults-intro = 请求里没写时就用这些，在任何地方都一样。
defaults-unset = 和这里大家一样
defaults-none = 没有自己设
defaults-saved = 已保存你的默认值。

## 个人数据

mydata-export-ready = 与你有关的全部数据：{ $jobs } 次请求，{ $pictures } 张图
mydata-left-out = 有 { $n } 张较早的图没有放进去：文件会大到发不出。
mydata-delete-ask = 要删除与你有关的全部数据吗？包括你在所有社区的请求、图片、收藏和投票。正在画的会取消。此操作无法撤销。
mydata-deleted = 完成：你的请求、图片和文字都已删除。留下的内容不带你的名字：账目里的数字，以及当天或当月结束前的计数。仍然有效的屏蔽和警告会保留你的 ID。{ $messages ->
    [0] 聊天里的结果也已删除。
   *[other] 还有 { $messages } 条消息留在聊天里，我会一直尝试移除。
}
mydata-signed-out = 你已在所有设备上退出登录，名字也已删除。要再次使用，需要新的邀请链接，或这个网页的令牌。
button-keep-mine = 保留
mydata-readme-title = 这里是保存下来的与你有关的全部数据。
mydata-readme-jobs = jobs.json：你的 { $jobs } 次请求，包括提示词、选项、状态和时间，以及每张图对应的文件。时间为 UTC。
mydata-readme-usage = usage.csv：为你计数的每一笔：预留、送达、退回。defaults.json（如果有）：你自己设的默认值。other.json（如果有）：还没采用的建议和搜索过的词、收藏、投票、举报、分享链接、操作记录中由你做的和关于你的条目，以及你在网页上的登录。
mydata-readme-pictures = pictures：{ $pictures ->
    [0] 没有保存图片
   *[other] 你的 { $pictures } 张图，与收到时完全一样，均由 AI 生成
}。
mydata-readme-left-out = 有 { $n } 张较早的图不在压缩包里，因为文件会大到发不出。需要的话请联系机器人的运营者。
mydata-readme-delete = 如果想全部删除，请发送 /mydata delete。

audit-exhibited = { $actor } 把编号 { $target } 发到了图库频道
audit-link-made = { $actor } 为编号 { $target } 创建了分享链接
audit-link-ended = { $actor } 停用了编号 { $target } 的一个分享链接

## 表单与面板

offer-taken = 已采用，正在画，任务编号 { $id }。
spoiler-ok = 已遮挡，点开才能看到。
spoiler-not = 没能找到那条消息，所以没有遮挡。可以用“删除”拿掉它。
word-blocked = 好了，这个词在这里已被屏蔽。
mydata-kept = 什么都没有删除。
more-ordered = 正在画，会发到这张图所在的地方。

form-title = 画一张图
form-prompt = 想看到的画面
form-ratio = 比例
form-n = 张数
form-clarity = 清晰度
form-style = 风格
form-report-title = 举报这张图
form-report-text = 有什么问题？
form-blockword-title = 在这里屏蔽一个词

studio-intro = 对这里的所有人生效。留空：按运营者的设置。
studio-state = 状态
studio-same = 没有更改。
studio-saved = 已保存
studio-usage = 谁用了多少
studio-held = 被禁用或屏蔽的成员
studio-people = 屏蔽或解除…
studio-home = 返回
studio-change = 修改…
studio-group = 汇总方式…
studio-budget = 本月
studio-budget-open = 已用 { $taken }，没有上限
studio-budget-of = { $limit } 中的 { $taken }，{ $percent }%
studio-role = 角色
studio-role-daily = 其中每人每天的张数
studio-channel = 频道
studio-channel-daily = 该频道里所有人每天的张数
studio-weight = 一张 4096 的图计为
studio-words-add = 要屏蔽的词
studio-words-remove = 要重新允许的词
studio-style-name = 要新增或修改的风格名
studio-style-remove = 要删除的风格
section-defaults = 默认选项
section-limits = 限额与预算
section-groups = 按角色和频道的限额
section-house = 计点、时区、保存期
section-channels = 频道
section-styles = 这里自己的风格
section-people = 成员：屏蔽、解除、重置
hint-empty-operator = 留空：按运营者的设置
hint-empty-remove = 留空：没有单独的限额
hint-weight = 点数；1 表示与其他图片一样计
hint-zone = 每天从那里的零点开始，例如 Asia/Shanghai
hint-allowed = 包括其中的子区和帖子；都不选：所有频道都可以
hint-words = 每行一个；*词* 表示包含在其他词里也算
hint-role_daily = 例如 guest=5, member=20。Slack 里的角色：owner、admin、member、guest、external
hint-styles = 每行一个：名字、冒号，然后是它加上的文字
home-people = 成员…
home-audit = 操作记录…
held-heading = 在这里不能作图的成员
held-none = 没有人被暂时禁用或屏蔽。
held-open = 直到有人解除
held-lift = 解除 { $number }
audit-newest = 最新
