-- Records put in place of what has their names, and names to drop.

if answered_before() then
  return {}
end

for _, record in ipairs(asked.records) do
  put_record(record)
end
drop_records(asked.drop)
return answer({})
