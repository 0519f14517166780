// Stands for undici in what is bundled: its whole loads mocks, WebSockets and a cache of SQLite, a tenth of a second at each start.
const Agent = require('../../node_modules/undici/lib/dispatcher/agent');
const Dispatcher = require('../../node_modules/undici/lib/dispatcher/dispatcher');

Dispatcher.prototype.request = require('../../node_modules/undici/lib/api/api-request');

module.exports = { Agent };
