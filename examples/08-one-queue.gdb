break 08_one_queue::main
run
break minimio::poll::Poll::poll thread 1
continue
break minimio::sys::epoll::Selector::select thread 1
continue
backtrace 3
print self.epoll
shell cat /proc/$(pgrep -P $PPID -x 08-one-queue)/fdinfo/6
delete
break 08_one_queue::advance
continue
print token
print connection.is_connected
print connection.unwritten.len
up
print *event
ignore $bpnum 4
continue
print token
print connection.is_connected
print connection.unwritten.len
shell cat /proc/$(pgrep -P $PPID -x 08-one-queue)/fdinfo/6
delete
continue
