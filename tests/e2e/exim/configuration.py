"""Exim's configuration files for the end-to-end test, as text."""

COMMON = """\
primary_hostname = {name}
spool_directory = {home}/spool
log_file_path = {log}
log_selector = {selector}
exim_path = {root}/usr/sbin/exim4
keep_environment = LD_LIBRARY_PATH
local_interfaces = {ip}
pid_file_path = {home}/pid
disable_ipv6 = true
rfc1413_query_timeout = 0s
bounce_return_body = false
never_users =
timezone = UTC
syslog_processname = {syslog}
queue_only = true
split_spool_directory = false
smtp_connect_backlog = 50
smtp_accept_max = 100
{more}
"""

SENDER = COMMON + """\
daemon_smtp_ports = 587
remote_max_parallel = 1
acl_smtp_rcpt = accept_all
smtp_accept_queue_per_connection = 100
ignore_bounce_errors_after = 0s
accept_8bitmime = true
delay_warning =
local_from_check = false

begin acl
accept_all:
  accept

begin routers
hosts:
  driver = manualroute
  condition = ${{lookup{{$domain}}lsearch{{{work}/routes}}{{yes}}{{no}}}}
  transport = remote_smtp
  route_list = * ${{lookup{{$domain}}lsearch{{{work}/routes}}{{$value}}fail}} byname
lmtp:
  driver = manualroute
  domains = lmtp.test
  transport = local_lmtp
  route_list = * localhost byname
  self = send
aliases:
  driver = redirect
  domains = local.test
  data = ${{lookup{{$local_part}}lsearch{{{work}/aliases}}}}
  pipe_transport = to_pipe
mailboxes:
  driver = accept
  domains = local.test
  local_parts = kim : lea
  transport = to_mailbox

begin transports
remote_smtp:
  driver = smtp
  interface = {ip}
  port = 25
  connect_timeout = 3s
  command_timeout = 4s
  data_timeout = 4s
  final_timeout = 4s
  hosts_require_tls = mx.notls.example
  hosts_avoid_tls = !mx.secure.example : !mx.notls.example
  hosts_require_auth = mx.nologin.example
  tls_verify_certificates =
  tls_try_verify_hosts =
local_lmtp:
  driver = smtp
  protocol = lmtp
  port = 24
  allow_localhost
to_mailbox:
  driver = appendfile
  file = {home}/mail/$local_part_data
  user = Debian-exim
  group = Debian-exim
  mode = 0600
to_pipe:
  driver = pipe
  user = Debian-exim
  group = Debian-exim

begin retry
brief.example  *  F,3s,1s
*              *  F,1h,2s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  client_send = ^ann^secret
"""

RECEIVER = COMMON + """\
daemon_smtp_ports = 25
acl_smtp_connect = connect
acl_smtp_helo = helo
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_predata = predata
acl_smtp_data = data
host_lookup = *
hosts_treat_as_local =
helo_accept_junk_hosts =
message_size_limit = 20000
recipients_max = 5
recipients_max_reject = false
smtp_receive_timeout = 4s
smtp_max_synprot_errors = 3
smtp_max_unknown_commands = 3
auth_advertise_hosts = *
tls_advertise_hosts = *
tls_certificate = {work}/certificate.pem
tls_on_connect_ports =

begin acl
connect:
  deny    hosts = 198.51.101.7
          message = go away
          log_message = on our own list
  defer   hosts = 198.51.100.202
          log_message = slow down
  warn    hosts = 192.0.2.106
          delay = 300ms
  accept
helo:
  deny    condition = ${{if eq{{$sender_helo_name}}{{bad.helo.example}}}}
          message = no such name
  accept
mail:
  deny    condition = ${{if eq{{$sender_helo_name}}{{}}}}
          message = say hello first
  deny    senders = blocked@d.example
          message = 5.7.1 You are not welcome here
  defer   senders = moving@d.example
          message = This mailbox is being moved
  accept
rcpt:
  accept  authenticated = *
  deny    !domains = hosted.test
          message = relay not permitted
  deny    local_parts = code550
          message = 550 5.7.1 This text has a code of its own
  defer   local_parts = code451
          message = 451 4.7.1 Try later, with a code
  deny    local_parts = lines
          message = First line of two\\nand the second: with a colon
  drop    local_parts = drop
          message = That is the end
  deny    local_parts = callout
          !verify = sender/callout=5s,no_cache
  deny    !verify = recipient
  defer   local_parts = grey-kim : grey-lea
          condition = ${{if eq{{${{readsocket{{{work}/greylist}}{{$sender_host_address/$sender_address/$local_part\\n}}{{5s}}{{}}{{no}}}}}}{{no}}}}
          message = greylisted, come back in a moment
          log_message = greylisted.
  warn    local_parts = n1
          log_message = first of many
  accept
predata:
  deny    senders = nodata@d.example
          message = no data from you
  accept
data:
  deny    condition = ${{if match{{$h_subject:}}{{buy gold}}}}
          message = We buy no gold
  defer   condition = ${{if match{{$h_subject:}}{{later please}}}}
          message = Not today
  discard condition = ${{if match{{$h_subject:}}{{throw away}}}}
          log_message = thrown away
  warn    condition = ${{if match{{$h_subject:}}{{fake it}}}}
          control = fakereject/Pretended to be refused
  accept

begin routers
senders:
  driver = manualroute
  condition = ${{lookup{{$domain}}lsearch{{{work}/routes}}{{yes}}{{no}}}}
  transport = remote_smtp
  route_list = * ${{lookup{{$domain}}lsearch{{{work}/routes}}{{$value}}fail}} byname
  verify_only
mailboxes:
  driver = accept
  domains = hosted.test
  local_parts = kim : lea : grey-kim : grey-lea : n1 : n2 : n3 : n4 : n5
  transport = to_mailbox

begin transports
remote_smtp:
  driver = smtp
  interface = {ip}
  port = 25
to_mailbox:
  driver = appendfile
  file = {home}/mail/$local_part_data
  user = Debian-exim
  group = Debian-exim
  mode = 0600

begin retry
*  *  F,1h,2s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$auth2}}{{late}}{{${{lookup{{x}}lsearch{{/nonexistent/file}}}}}}{{${{if and{{{{eq{{$auth2}}{{bob}}}}{{eq{{$auth3}}{{secret}}}}}}}}}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${{if and{{{{eq{{$auth1}}{{bob}}}}{{eq{{$auth2}}{{secret}}}}}}}}
  server_set_id = $auth1
"""


def sender(**facts):
    return SENDER.format(**facts)


def receiver(**facts):
    return RECEIVER.format(**facts)
