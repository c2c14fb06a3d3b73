-- The oldest that are due and leased to nobody, now leased until `asked.ends`. Those whose lease has ended go back first.

local before = answered_before()
if before then
  return before
end

local due, leased, leased_due = TIMERS_DUE, TIMERS_LEASED, TIMERS_LEASED_DUE
if asked.outbox then
  due, leased, leased_due = OUTBOX_DUE, OUTBOX_LEASED, OUTBOX_LEASED_DUE
end

for _, member in ipairs(redis.call('ZRANGEBYSCORE', leased, '-inf', asked.now)) do
  redis.call('ZADD', due, redis.call('ZSCORE', leased_due, member), member)
  redis.call('ZREM', leased, member)
  redis.call('ZREM', leased_due, member)
end

local claimed = {}
local found = redis.call('ZRANGEBYSCORE', due, '-inf', asked.now, 'WITHSCORES', 'LIMIT', 0, asked.limit)
for n = 1, #found, 2 do
  local member, at = found[n], found[n + 1]
  redis.call('ZREM', due, member)
  redis.call('ZADD', leased, asked.ends, member)
  redis.call('ZADD', leased_due, at, member)
  table.insert(claimed, member)
end
return #claimed > 0 and answer(claimed) or claimed
