-- Whole incidents and records, in place of what has their ids.

if answered_before() then
  return {}
end

for n, one in ipairs(asked.incidents) do
  local alerts, timeline, outbox = unpack(KEYS, OF_INCIDENTS + 3 * n - 2, OF_INCIDENTS + 3 * n)
  drop_incident(one.id, alerts, timeline, outbox)
  write_incident(one, head_of(nil))
  write_rows(one, alerts, timeline, outbox)
end
write_known(asked.known)
for n, one in ipairs(asked.notices) do
  local first = OF_INCIDENTS + 3 * (#asked.incidents + n) - 2
  drop_incident(one.id, unpack(KEYS, first, first + 2))
end
write_notices(asked.notices, OF_INCIDENTS + 3 * #asked.incidents + 1)
for _, record in ipairs(asked.records) do
  put_record(record)
end
return answer({})
