set print pretty on
break 06_iocp::windows::start_read
ignore $bpnum 4
continue
print operation.overlapped
set $given = operation
break 06_iocp::windows::wait_for_packets
continue
print $given.overlapped
break 06_iocp::windows::take_back if packet.overlapped == $given
continue
print *packet
print $given.overlapped
printf "%s\n", &$given.buffer
delete
continue
