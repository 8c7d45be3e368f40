# do-metrics.sh URL COUNT: figures of a training run, a small post each half second over new connections.
for step in $(seq "$2"); do
  printf '{"step":%d,"loss":0.%d,"gpu":[%d,%d,%d,%d]}' "$step" "$RANDOM" $((RANDOM % 100)) $((RANDOM % 100)) \
    $((RANDOM % 100)) $((RANDOM % 100)) |
    curl -sSk --max-time 5 -o /dev/null -H 'Content-Type: application/json' --data-binary @- "$1" || exit 1
  sleep 0.5
done
