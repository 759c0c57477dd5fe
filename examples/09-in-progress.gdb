break 09_in_progress::linux::ask_state
run
finish
shell awk '$4 ~ /st|02/ {print $2, $5}' /proc/$(pgrep -P $PPID -x 09-in-progress)/net/tcp
continue
shell awk '$4 ~ /st|02/ {print $2, $5}' /proc/$(pgrep -P $PPID -x 09-in-progress)/net/tcp
