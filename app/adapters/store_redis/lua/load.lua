-- What each key leads to, and the documents of those incidents and of the ids: one consistent read.

local known = hmget(KEYS_OF_INCIDENTS, asked.keys)
local wanted, ids = {}, {}

local function want(id)
  if not wanted[id] then
    wanted[id] = true
    table.insert(ids, id)
  end
end

for _, id in ipairs(asked.ids) do
  want(id)
end
for n = 1, #asked.keys do
  if known[n] then
    want(string.match(known[n], '^[^ ]+'))
  end
end

return {known, hmget(INCIDENTS, ids)}
