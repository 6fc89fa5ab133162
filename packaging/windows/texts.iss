; The installer's own sentences, in each of its languages.

[CustomMessages]
en.Comment=See and manage conda environments and the packages in them
zh.Comment=查看和管理 conda 环境及其中的软件包
en.OpenWith=Open with Envdesk
zh.OpenWith=用 Envdesk 打开
en.DocumentName=Environment or requirements file
zh.DocumentName=环境或依赖清单文件
en.LongPaths=Allow paths of more than 260 characters on this computer (many packages need it)
zh.LongPaths=允许此电脑使用超过 260 个字符的路径（许多软件包需要）
en.SystemSettings=This computer:
zh.SystemSettings=此电脑：
en.StillRunning=Envdesk is open and did not close. Please close its windows, then try again.
zh.StillRunning=Envdesk 正在运行，未能关闭。请先关闭它的窗口，然后再试一次。
en.LeftTitle=What should be removed besides the program?
zh.LeftTitle=除程序之外，还要删除哪些内容？
en.LeftExplanation=Nothing that is not ticked is touched. Environments that are removed here cannot be had back.
zh.LeftExplanation=未勾选的内容不会被改动。在这里删除的环境无法恢复。
en.LeftSettings=Settings of Envdesk, and what it remembers
zh.LeftSettings=Envdesk 的设置和记录
en.LeftCaches=Downloaded packages and other caches of Envdesk
zh.LeftCaches=已下载的软件包及 Envdesk 的其他缓存
en.LeftUndo=Data for undoing changes
zh.LeftUndo=用于撤销更改的数据
en.LeftEnvironments=Environments:
zh.LeftEnvironments=环境：
en.LeftConfirm=Environments that will be deleted, with everything in them: %1. Is that what you want?
zh.LeftConfirm=将删除 %1 个环境及其中的全部内容。确定吗？
en.LeftContinue=&Continue
zh.LeftContinue=继续(&C)
