package etl.notify;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Sends plain-text e-mails through an SMTP server. Needs {@code jakarta.mail:jakarta.mail-api} and
 * {@code org.eclipse.angus:angus-mail}, which the application adds. The password is neither logged nor shown. Safe for use
 * by many threads.
 */
public final class EmailNotifier extends Notifier {
    private final Session session;
    private final InternetAddress from;
    private final InternetAddress[] recipients;
    private final String server;

    private EmailNotifier(Builder builder, InternetAddress from) {
        super(builder);
        this.from = from;
        this.recipients = builder.recipients.toArray(new InternetAddress[0]);
        this.server = builder.host + ":" + builder.port;
        this.session = builder.session();
    }

    /**
     * Begins the configuration. The connection is encrypted by STARTTLS unless told otherwise.
     *
     * @param host the SMTP server
     * @param port its port, as 587, or 465 for {@link Builder#tls()}
     * @return a builder with the defaults
     */
    public static Builder smtp(String host, int port) {
        return new Builder(Objects.requireNonNull(host, "host"), port);
    }

    /** How the connection to the server is protected. */
    private enum Protection {
        STARTTLS,
        TLS,
        NONE
    }

    /** Configures an {@link EmailNotifier}. Not safe for use by many threads. */
    public static final class Builder extends NotifierBuilder<Builder> {
        private final String host;
        private final int port;
        private final List<InternetAddress> recipients = new ArrayList<>();
        private @Nullable InternetAddress from;
        private @Nullable Authenticator login;
        private Protection protection = Protection.STARTTLS;

        private Builder(String host, int port) {
            this.host = host;
            this.port = port;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Sets the sender.
         *
         * @param address an e-mail address
         * @return this builder
         * @throws IllegalArgumentException if it is none
         */
        public Builder from(String address) {
            from = parsed(address);
            return this;
        }

        /**
         * Adds recipients.
         *
         * @param addresses e-mail addresses
         * @return this builder
         * @throws IllegalArgumentException if one of them is none
         */
        public Builder to(String... addresses) {
            for (String address : addresses) {
                recipients.add(parsed(address));
            }
            return this;
        }

        private static InternetAddress parsed(String address) {
            try {
                return new InternetAddress(address, true);
            } catch (AddressException malformed) {
                throw new IllegalArgumentException("'" + address + "' is not an e-mail address", malformed);
            }
        }

        /**
         * Sets the account.
         *
         * @param user its name
         * @param password its password
         * @return this builder
         */
        public Builder login(String user, String password) {
            PasswordAuthentication account = new PasswordAuthentication(user, password);
            login = new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    return account;
                }
            };
            return this;
        }

        /**
         * Encrypts the connection from its first byte on, instead of by STARTTLS.
         *
         * @return this builder
         */
        public Builder tls() {
            protection = Protection.TLS;
            return this;
        }

        /**
         * Does not encrypt the connection, for a server on the same machine.
         *
         * @return this builder
         */
        public Builder unencrypted() {
            protection = Protection.NONE;
            return this;
        }

        /**
         * Makes the notifier.
         *
         * @return the notifier, to be given to {@code Etl.builder().listener(..)}
         * @throws IllegalStateException if the sender or the recipients are missing
         */
        public EmailNotifier build() {
            if (from == null || recipients.isEmpty()) {
                throw new IllegalStateException("an e-mail needs from(..) and to(..); set both");
            }
            return new EmailNotifier(this, from);
        }

        private Session session() {
            String millis = Long.toString(timeout.toMillis());
            Properties settings = new Properties();
            settings.setProperty("mail.transport.protocol", "smtp");
            settings.setProperty("mail.smtp.host", host);
            settings.setProperty("mail.smtp.port", Integer.toString(port));
            settings.setProperty("mail.smtp.connectiontimeout", millis);
            settings.setProperty("mail.smtp.timeout", millis);
            settings.setProperty("mail.smtp.writetimeout", millis);
            settings.setProperty("mail.smtp.auth", Boolean.toString(login != null));
            settings.setProperty("mail.smtp.ssl.enable", Boolean.toString(protection == Protection.TLS));
            settings.setProperty("mail.smtp.starttls.enable", Boolean.toString(protection == Protection.STARTTLS));
            settings.setProperty("mail.smtp.starttls.required", Boolean.toString(protection == Protection.STARTTLS));
            settings.setProperty("mail.smtp.ssl.checkserveridentity", "true");
            return Session.getInstance(settings, login);
        }
    }

    @Override
    @SuppressWarnings("JavaUtilDate") // Jakarta Mail knows no other.
    void send(Notice notice) throws NotSentException {
        try {
            MimeMessage message = new MimeMessage(session);
            message.setFrom(from);
            message.setRecipients(Message.RecipientType.TO, recipients);
            message.setSubject(notice.headline().replaceAll("\\p{Cntrl}", " "), "UTF-8");
            message.setText(notice.text(), "UTF-8");
            message.setSentDate(new Date());
            Transport.send(message);
        } catch (AuthenticationFailedException | SendFailedException refused) {
            throw new NotSentException(NotifierBuilder.kinds(refused), false, Duration.ZERO);
        } catch (MessagingException failure) {
            throw new NotSentException(NotifierBuilder.kinds(failure), true, Duration.ZERO);
        }
    }

    /** Shows the server only. */
    @Override
    public String toString() {
        return "e-mail by " + server;
    }
}
