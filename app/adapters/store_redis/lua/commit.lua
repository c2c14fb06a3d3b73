-- All decisions and records, or none: answers with the incidents and keys that others have changed, if any.

if answered_before() then
  return {}
end

local ids, changed = {}, {}
for n, one in ipairs(asked.incidents) do
  ids[n] = one.id
end
local heads = hmget(HEADS, ids)
for n, one in ipairs(asked.incidents) do
  heads[n] = head_of(heads[n])
  if heads[n].version ~= one.before then
    table.insert(changed, one.id)
  end
end

local seen = hmget(KEYS_OF_INCIDENTS, asked.seen)
for n, key in ipairs(asked.seen) do
  if (seen[n] or '') ~= asked.seen_as[n] then
    table.insert(changed, key)
  end
end
for _, record in ipairs(asked.fresh) do
  if redis.call('HEXISTS', RECORDS, record.name) == 1 then
    table.insert(changed, record.name)
  end
end
if #changed > 0 then
  return changed
end

for n, one in ipairs(asked.incidents) do
  local alerts, timeline, outbox = unpack(KEYS, OF_INCIDENTS + 3 * n - 2, OF_INCIDENTS + 3 * n)
  write_incident(one, heads[n])
  write_rows(one, alerts, timeline, outbox)
end
write_known(asked.known)
write_notices(asked.notices, OF_INCIDENTS + 3 * #asked.incidents + 1)
for _, record in ipairs(asked.records) do
  put_record(record)
end
for _, record in ipairs(asked.fresh) do
  put_record(record)
end
if asked.ring then
  redis.call('PUBLISH', BELL, asked.ring)
end
return answer({})
