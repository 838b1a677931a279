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
status-slow = 比平时慢一些，服务方还在画
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

pictures = { $n } 张
note-fewer = 要了 { $wanted } 张，只收到 { $came } 张；只按收到的计数
note-not-charged = 没有扣费
note-cancelled = 不占用你的额度
note-cancelled-begun = 不占用你的额度。服务方可能已经开始画，仍可能向运营者收费。
note-ai = AI 生成，模型：{ $model }
note-ai-sandbox = AI 生成：由沙盒代替 { $model } 绘制
note-sandbox = 沙盒模式：由内置的模拟服务绘制，不是真实服务
note-job = 编号 { $id }
note-understood = 已理解：{ $understood }
note-others = 同时改了：{ $others }
note-quote = 如果这是画面的一部分，请给它加上双引号。
note-nothing-charged = 没有扣费
note-price = { $points ->
    [1] 计 { $price } 张，今天还剩 { $left } 张
   *[other] 计 { $price } 点（{ $clarity } 一张 { $points } 点），今天还剩 { $left } 点
}
alt-text = AI 生成的图片，第 { $index } 张，共 { $count } 张：{ $prompt }

## 按钮

button-cancel = 取消
button-again = 再来一次
button-try-again = 重试
button-edit = 修改
button-delete = 删除
button-use = 改用 { $what }
button-use-no-style = 不用风格
button-make-it = 改成 { $n } 张
button-appeal = 没有恶意
button-why = 为什么？

## 失败原因

heading-failed = 这次没画成
failure-rejected = 服务方不接受这个请求{ $said ->
    [nothing] ，换个说法也许可以。
   *[something] ：{ $detail }
}
failure-task-failed = 服务方试过了，没能画出来{ $said ->
    [nothing] 。
   *[something] ：{ $detail }
}
failure-timed-out = 等了太久服务方还没画完，所以不再等了。
failure-no-pictures = 服务方说画好了，但没有一张图能打开。
failure-unavailable = 服务方长时间连不上，什么都没有下单。
failure-unclear = 下单时连接断了，无法确定对方有没有收到。为了不重复付费，没有再次发送。
failure-account = 服务方不接受这个机器人的账号，只有运营者能解决。
failure-undeliverable = 图画好了，但这个频道不再接收我的消息。图片已保存。
failure-internal = 我们这边出了错。运营者可以在日志里按编号 { $id } 找到它。

## 没有照办：只有提出的人看得到


bad-ratio = “{ $word }”不是可用的比例。可用的有 { $legal }，最接近的是 { $nearest }。
bad-n = “{ $word }”：一次可以画 1 到 4 张。
bad-clarity = “{ $word }”不是可用的清晰度。可用的有 { $legal }，最接近的是 { $nearest }。
bad-style = { $nearest ->
    [none] 没有“{ $word }”这个风格。可用的有 { $legal }。
   *[other] 没有“{ $word }”这个风格。是不是想用 { $nearest }？
}
prompt-empty = 请说说想画什么，比如：暴风雨中的灯塔 比例:16:9
prompt-too-long = 一共 { $length } 个字符，描述最多 { $limit } 个。请删短一些再发。
text-too-long = 一共 { $length } 个字符，这里最多 { $limit } 个。

limit-unfinished = 你还有 { $used } 个请求没有完成，同时最多 { $limit } 个。请等一个完成，或者取消一个。
# 有的清晰度一张算几点，这时按点数来说。
limit-daily = { $points ->
    [1] { $fits ->
        [0] 你今天的 { $limit } 张已经用完，{ $resets_at }恢复。
       *[other] 你要画 { $wanted } 张，今天的 { $limit } 张里还剩 { $fits } 张，{ $resets_at }恢复。
    }
   *[other] 这次要算 { $wanted } 点（{ $clarity } 一张 { $points } 点），你今天的 { $limit } 点里还剩 { $left } 点，{ $resets_at }恢复。
}
limit-channel-daily = { $points ->
    [1] { $fits ->
        [0] 这个频道今天的 { $limit } 张已经用完，{ $resets_at }恢复。
       *[other] 你要画 { $wanted } 张，这个频道今天的 { $limit } 张里还剩 { $fits } 张，{ $resets_at }恢复。
    }
   *[other] 这次要算 { $wanted } 点（{ $clarity } 一张 { $points } 点），这个频道今天的 { $limit } 点里还剩 { $left } 点，{ $resets_at }恢复。
}
limit-community-monthly = { $points ->
    [1] { $fits ->
        [0] 这个社区本月的 { $limit } 张已经用完，{ $resets_at }恢复。
       *[other] 你要画 { $wanted } 张，这个社区本月的 { $limit } 张里还剩 { $fits } 张，{ $resets_at }恢复。
    }
   *[other] 这次要算 { $wanted } 点（{ $clarity } 一张 { $points } 点），这个社区本月的 { $limit } 点里还剩 { $left } 点，{ $resets_at }恢复。
}
limit-cooldown = 请稍慢一点：{ $resets_at }可以再画。

paused-everywhere = 画图功能目前全部暂停。你的请求没有问题，请稍后再试。
paused = 这个社区目前暂停画图。你的请求没有问题，请稍后再试。
blocked-person = 这里的管理员已禁止你画图{ $reason ->
    [nothing] 。
   *[other] ：{ $reason }。
}详情和解除请找管理员。
locked = 这里的管理员暂停了你画图{ $reason ->
    [nothing] 。
   *[other] ：{ $reason }。
}{ $until }可以再画。
wrong-channel = 这个频道不画图。可以画图的频道：{ $channels }。
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
draft-gone = 这个选项已经过期，请重新发送请求。
missing-permissions = 我在这里缺少权限：{ $permissions }。请让管理员授权，然后再试。
shutting-down = 我正在重启，暂时不接新请求。请过一分钟再试。
not-understood-command = 看不懂“{ $word }”。请输入 /imagine，再写上想画什么。
provider-account = 服务方不接受这个机器人的账号，只有运营者能解决。没有扣费。
internal = 我们这边出了错，没有扣费。编号：{ $id }
refused-otherwise = 现在还做不了，没有扣费。

## 单句

working = 正在处理……
cancelled-ok = 已取消，不占用你的额度。
deleted-ok = 已彻底删除。

## 帮助

help-heading = 用 /imagine 画图
help-usage = 写下想看到的画面，选项放在哪里都行：{ $example }
help-option = { $name } – { $description }：{ $values }（默认 { $default }）
help-also = 也可以写 { $spellings }。
help-quote = "双引号" 里的内容一定是画面，不会当作选项。

## Terminal

terminal-waiting = 另一条 Easel 命令正在使用这个数据库，正在等它结束
terminal-sandbox = 没有设置 Seedream 账号，这次由内置沙盒作画
terminal-bot-gone = 正在运行的机器人断开了。如果它已经接受你的请求，下次启动后会继续，图片会保留。
