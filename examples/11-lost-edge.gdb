set print thread-events off
break 11_lost_edge::give_up
run
thread find server
pipe thread 2 | true
frame function minimio::sys::epoll::Selector::select
frame function 11_lost_edge::Server::serve
print self.request.len
shell cat /proc/$(pgrep -P $PPID -x 11-lost-edge)/fdinfo/3
shell awk '$5 !~ /:0+$/ {print $2, $5}' /proc/$(pgrep -P $PPID -x 11-lost-edge)/net/tcp
set confirm off
kill
