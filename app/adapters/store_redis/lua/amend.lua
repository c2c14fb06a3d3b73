-- Replaces one row that nobody has claimed. Answers 1; 0 for one that is claimed; 2 for one that is no longer as it was.

local before = answered_before()
if before then
  return before
end

local outbox, member = KEYS[OF_INCIDENTS + 3], asked.incident .. '\0' .. asked.key
if redis.call('ZSCORE', OUTBOX_LEASED, member) then
  return answer({0})
end
local stored = redis.call('HGET', outbox, asked.key)
if not stored or redis.sha1hex(stored) ~= asked.was then
  return answer({2})
end
redis.call('HSET', outbox, asked.key, asked.document)
schedule_row(member, asked.due)
return answer({1})
