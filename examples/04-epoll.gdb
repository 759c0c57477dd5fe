break 04_epoll::linux::wait_for_events
run
print *queue
shell cat /proc/$(pgrep -P $PPID -x 04-epoll)/fdinfo/6
break 04_epoll::linux::read_reply
continue
backtrace 2
up
print token
print *event
shell awk '$5 !~ /:0+$/ {print $2, $5}' /proc/$(pgrep -P $PPID -x 04-epoll)/net/tcp
delete
continue
