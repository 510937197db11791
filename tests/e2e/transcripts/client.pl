# A session by Perl's Net::SMTP with Debug. usage: client.pl PORT SENDER RECIPIENT,... [auth USER]
use strict; use warnings; use Net::SMTP;
my ($port, $sender, $to, $auth, $user) = @ARGV;
my $smtp = Net::SMTP->new('127.0.0.1', Port => $port, Hello => 'client.example.net', Debug => 1) or die "no server\n";
$smtp->auth($user, 'geheim') if $auth;
if ($smtp->mail($sender) && $smtp->to(split(/,/, $to), { SkipBad => 1 })) {
    $smtp->data("From: $sender\n", "Subject: figures\n", "\n", "550 5.1.1 fake\n", "250 ok\n", "Net::SMTP<<< 550 quoted\n", ".\n");
}
$smtp->quit;
