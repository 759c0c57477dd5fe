set filename-display basename
tbreak minimio::sys::epoll::Selector::select
tbreak mio::sys::unix::selector::Selector::select
run
backtrace 3
continue
backtrace 3
continue
