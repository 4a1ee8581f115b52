/** Both clients as globals, the names that their own browser builds use. */
window.kurentoClient = require("kurento-client");
window.kurentoUtils = require("kurento-utils");
