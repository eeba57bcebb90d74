// The forms of the settings: rules are added, moved and removed, classes picked, and a preview asked for.

import { RuleList } from "./rules.js";
import { watch } from "./preview.js";

for (const list of document.querySelectorAll("[data-rules]")) new RuleList(list);
for (const form of document.querySelectorAll("form[data-preview-at]")) watch(form);
