package etl.notify;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Posts {@code {"text": "..."}} to a webhook, as Slack, Mattermost and others read it. The webhook's address is a secret: it
 * is neither logged nor shown, and redirects are not followed. Tried again are connections that fail and the answers 408,
 * 429 and 5xx; a {@code Retry-After} of up to a minute is respected. Safe for use by many threads.
 */
public final class WebhookNotifier extends Notifier {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long MAX_WAIT_SECONDS = 60;

    private final URI address;
    private final Duration timeout;
    private final HttpClient client;

    private WebhookNotifier(Builder builder) {
        super(builder);
        this.address = builder.address;
        this.timeout = builder.timeout;
        this.client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .build();
    }

    /**
     * Begins the configuration.
     *
     * @param address the webhook's http or https address
     * @return a builder with the defaults
     * @throws IllegalArgumentException if it is no such address
     */
    public static Builder to(String address) {
        return new Builder(parsed(address));
    }

    private static URI parsed(String address) {
        try {
            URI uri = new URI(address.strip());
            String scheme = String.valueOf(uri.getScheme());
            if (uri.getHost() != null && (scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http"))) {
                return uri;
            }
        } catch (URISyntaxException secret) {
            // Its message holds the address.
        }
        throw new IllegalArgumentException("the webhook's address is not an http or https URL");
    }

    /** Configures a {@link WebhookNotifier}. Not safe for use by many threads. */
    public static final class Builder extends NotifierBuilder<Builder> {
        private final URI address;

        private Builder(URI address) {
            this.address = address;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Makes the notifier.
         *
         * @return the notifier, to be given to {@code Etl.builder().listener(..)}
         */
        public WebhookNotifier build() {
            return new WebhookNotifier(this);
        }
    }

    @Override
    void send(Notice notice) throws NotSentException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        JSON.writeValueAsBytes(Map.of("text", escaped(notice.text())))))
                .build();
        HttpResponse<InputStream> response;
        try {
            response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException failure) {
            throw new NotSentException(NotifierBuilder.kinds(failure), true, Duration.ZERO);
        }
        closeUnread(response.body());
        int status = response.statusCode();
        if (status / 100 != 2) {
            boolean later = status == 408 || status == 429 || status >= 500;
            throw new NotSentException("HTTP status " + status, later, retryAfter(response));
        }
    }

    /** The timeout ends with the headers, so that whoever waited for the rest of an answer might wait for ever. */
    private static void closeUnread(InputStream body) {
        try {
            body.close();
        } catch (IOException nobodyReadsIt) {
            // The status is known.
        }
    }

    private static Duration retryAfter(HttpResponse<?> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("").strip();
        return seconds.matches("[0-9]{1,9}")
                ? Duration.ofSeconds(Math.min(MAX_WAIT_SECONDS, Long.parseLong(seconds)))
                : Duration.ZERO;
    }

    /** Slack takes these three for markup: an error must not be able to mention everybody or to forge a link. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Shows the host only. */
    @Override
    public String toString() {
        return "webhook at " + address.getHost();
    }
}
