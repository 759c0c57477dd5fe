break 05_kqueue::kqueue::change
run
print change
delete
break 05_kqueue::kqueue::wait_for_events
continue
break 05_kqueue::kqueue::read_reply
continue
backtrace 2
up
print token
print event.data
delete 2
continue
up
print token
print *event
delete
continue
