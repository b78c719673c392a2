# Runs a server and ends it, and its folder, when our standard input ends: whoever started us closed it, or died.
folder=$1
shift
"$@" </dev/null 2>&1 &
server=$!
echo "pid $server"
# Only the server still holds the pipe that our starter reads, so the pipe ends when the server does.
exec >/dev/null 2>&1
trap '' HUP INT TERM
while read -r line; do :; done
kill -9 "$server"
wait "$server"
rm -rf -- "$folder"
