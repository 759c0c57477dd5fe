set print thread-events off
break examples::server::Client::due
run
set print frame-info short-location
info threads
set print frame-info auto
thread apply 3 frame function 01_threads::wait_for_answer
kill
