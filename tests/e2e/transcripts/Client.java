// A session by JavaMail with mail.debug. usage: Client.java PORT SENDER RECIPIENT,... [USER]
import java.util.Properties;
import javax.mail.*;
import javax.mail.internet.*;

public class Client {
    public static void main(String[] a) throws Exception {
        Properties p = new Properties();
        p.put("mail.debug", "true");
        p.put("mail.smtp.host", "127.0.0.1");
        p.put("mail.smtp.port", a[0]);
        p.put("mail.smtp.localhost", "client.example.net");
        p.put("mail.smtp.sendpartial", "true");
        if (a.length > 3) { p.put("mail.smtp.auth", "true"); }
        if (System.getenv("AUTHDEBUG") != null) { p.put("mail.debug.auth", "true"); }
        Session s = Session.getInstance(p);
        MimeMessage m = new MimeMessage(s);
        m.setFrom(new InternetAddress(a[1]));
        m.setRecipients(Message.RecipientType.TO, InternetAddress.parse(a[2]));
        m.setSubject("figures");
        m.setText("550 5.1.1 fake\n250 ok\n220 mx ESMTP\n.\nDEBUG SMTP: 550\n");
        try {
            if (a.length > 3) { Transport.send(m, a[3], "geheim"); } else { Transport.send(m); }
        } catch (MessagingException e) { System.out.println("failed: " + e); }
    }
}
