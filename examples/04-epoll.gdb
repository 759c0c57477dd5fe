break 04_epoll::linux::wait_for_events
run
print *queue
shell cat /proc/$(pgrep -nx 04-epoll)/fdinfo/6
break 04_epoll::linux::read_reply
continue
backtrace 2
up
print token
print event.events
shell grep -v 00000000:00000000 /proc/$(pgrep -nx 04-epoll)/net/tcp
delete
continue
