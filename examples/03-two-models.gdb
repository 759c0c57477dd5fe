break 03_two_models::linux::wait_until_ready
run
finish
print buffer
break 03_two_models::linux::give_up
continue
print *read.buffer
break 03_two_models::linux::text
continue
print *buffer
