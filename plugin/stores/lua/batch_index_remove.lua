-- Forget a batch (batch_index.lua).

if not known then return end
forget(known)
for _, kind in ipairs({":rows", ":facts", ":texts"}) do call("HDEL", prefix .. kind, member) end
