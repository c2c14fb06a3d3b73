-- Drops those of the incidents that are still resolved, and were before `asked.before`; answers how many went.

local before = answered_before()
if before then
  return before
end

local dropped = 0
for n, id in ipairs(asked.ids) do
  local resolved = redis.call('ZSCORE', RESOLVED, id)
  if resolved and tonumber(resolved) < asked.before then
    drop_incident(id, unpack(KEYS, OF_INCIDENTS + 3 * n - 2, OF_INCIDENTS + 3 * n))
    dropped = dropped + 1
  end
end
return answer({dropped})
