// peer-whatsapp-chat-parser.cjs FILE: how many messages whatsapp-chat-parser finds in it.
const { readFileSync } = require("fs");
const { parseString } = require("whatsapp-chat-parser");

console.log(parseString(readFileSync(process.argv[2], "utf8")).length);
