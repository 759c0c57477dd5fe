set debug-file-directory
set print max-symbolic-offset 1
tbreak 02_four_writes::unix::write_instruction
run
x/i $pc
print $rax
print $rdi
x/6cb $rsi
print $rdx
set var $rcx = 7
set var $r11 = 7
set var $eflags = 0x202
stepi
print $rax
print $rcx == $pc
print/x $r11
tbreak -qualified write
continue
backtrace 2
find /b $pc, +64, 0x0f, 0x05
x/3i $_
tbreak 02_four_writes::unix::by_std
continue
tbreak -qualified write
continue
frame function 02_four_writes::unix::by_std
tbreak 02_four_writes::unix::write_instruction
continue
print $rdi
stepi
print $rax
continue
