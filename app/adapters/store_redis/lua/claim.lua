-- The oldest that are due and leased to nobody, now leased until `asked.ends`. Those whose lease has ended go back first.

local before = answered_before()
if before then
  return before
end

local due, leased, leased_due = TIMERS_DUE, TIMERS_LEASED, TIMERS_LEASED_DUE
if asked.outbox then
  due, leased, leased_due = OUTBOX_DUE, OUTBOX_LEASED, OUTBOX_LEASED_DUE
end

local ended = redis.call('ZRANGEBYSCORE', leased, '-inf', asked.now, 'LIMIT', 0, AT_ONCE)
if #ended > 0 then
  local scored = {}
  for n, at in ipairs(redis.call('ZMSCORE', leased_due, unpack(ended))) do
    scored[2 * n - 1], scored[2 * n] = at, ended[n]
  end
  redis.call('ZADD', due, unpack(scored))
  redis.call('ZREM', leased, unpack(ended))
  redis.call('ZREM', leased_due, unpack(ended))
end

local most = math.min(asked.limit, AT_ONCE)
local found = redis.call('ZRANGEBYSCORE', due, '-inf', asked.now, 'WITHSCORES', 'LIMIT', 0, most)
if #found == 0 then
  return {}
end
local claimed, until_then, since = {}, {}, {}
for n = 1, #found, 2 do
  table.insert(claimed, found[n])
  until_then[n], until_then[n + 1] = asked.ends, found[n]
  since[n], since[n + 1] = found[n + 1], found[n]
end
redis.call('ZREM', due, unpack(claimed))
redis.call('ZADD', leased, unpack(until_then))
redis.call('ZADD', leased_due, unpack(since))
return answer(claimed)
