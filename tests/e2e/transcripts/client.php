<?php // A session by PHPMailer. usage: client.php PORT LEVEL SENDER RECIPIENT,... [USER]
[$self, $port, $level, $from, $to] = $argv;
$base = getenv('PHPMAILER');
require "$base/Exception.php"; require "$base/PHPMailer.php"; require "$base/SMTP.php";
$mail = new PHPMailer\PHPMailer\PHPMailer();
$mail->isSMTP(); $mail->Host = '127.0.0.1'; $mail->Port = (int) $port; $mail->SMTPDebug = (int) $level;
$mail->Debugoutput = 'echo'; $mail->SMTPAutoTLS = false; $mail->Hostname = 'client.example.net';
if (isset($argv[5])) { $mail->SMTPAuth = true; $mail->Username = $argv[5]; $mail->Password = 'geheim'; }
$mail->setFrom($from); foreach (explode(',', $to) as $r) { $mail->addAddress($r); }
$mail->Subject = 'figures'; $mail->Body = "550 5.1.1 fake\n250 ok\nSERVER -> CLIENT: 550 quoted\nCLIENT -> SERVER: QUIT\n.\n";
if (!$mail->send()) { echo 'failed: ' . $mail->ErrorInfo . "\n"; }
