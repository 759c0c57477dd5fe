set print pretty on
break 07_afd::windows::start_poll
ignore $bpnum 4
continue
print question.token
set $given = question
break 07_afd::iocp::CompletionPort::wait
continue
print $given.request.status
print $given.request.info.Handles
break 07_afd::windows::take_back if packet.lpOverlapped == $given
continue
print *packet
print $given.request.status
print $given.request.info.Handles
print $given.token
delete
continue
