// A session by nodemailer with logger and debug. usage: client_nodemailer.js PORT SENDER RECIPIENT,... [USER]
const nodemailer = require('nodemailer');
const [port, from, to, user] = process.argv.slice(2);
const transport = nodemailer.createTransport({host: '127.0.0.1', port: +port, secure: false, name: 'client.example.net',
    tls: {rejectUnauthorized: false}, logger: true, debug: true, auth: user ? {user, pass: 'geheim'} : undefined});
transport.sendMail({from, to: to.split(','), subject: 'figures', text: '550 5.1.1 fake\n250 ok\nS: 550 quoted\nC: QUIT\n.\n'})
    .catch(error => console.log('failed: ' + error.message)).then(() => transport.close());
