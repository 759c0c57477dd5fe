break 10_waker::publish
ignore 1 4
run
thread apply 1 frame function minimio::sys::epoll::Selector::select
shell grep -h eventfd-count /proc/$(pgrep -P $PPID -x 10-waker)/fdinfo/*
break minimio::waker::Waker::wake
continue
backtrace 2
set scheduler-locking on
finish
shell grep -h eventfd-count /proc/$(pgrep -P $PPID -x 10-waker)/fdinfo/*
break 10_waker::take_all
thread apply 1 continue
shell grep -h eventfd-count /proc/$(pgrep -P $PPID -x 10-waker)/fdinfo/*
set scheduler-locking off
delete
continue
