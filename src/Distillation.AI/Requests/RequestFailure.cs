using System.Globalization;
using System.Net.Sockets;
using Polly;

namespace Distillation.AI;

/// <summary>What the exception of a request means for the run.</summary>
public sealed record RequestFailure
{
    /// <summary>Gets what the failure means for the run.</summary>
    public required RequestFailureKind Kind { get; init => field = Require.Defined(value); }

    /// <summary>Gets the time after which the provider accepts the request again.</summary>
    /// <value>
    /// Zero or positive; the default value is <see langword="null"/>: the delay grows from <see cref="ChatRequestOptions.RetryDelay"/> with each retry.
    /// </value>
    public TimeSpan? RetryAfter
    {
        get;
        init => field = value is not { } delay || delay >= TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RetryAfter), value, $"RetryAfter must be zero or positive, but was {value}.");
    }

    /// <summary>
    /// Reads the status of an HTTP response: 408, 429 and from 500 on are transient; 400, 413 and 422 reject the request alone; the others, such as 401 and
    /// 404, are fatal.
    /// </summary>
    /// <param name="status">The status code, from 100 on.</param>
    /// <param name="retryAfter">
    /// The header <c>Retry-After</c>, if there is one: seconds, or a date, whose distance from <paramref name="now"/> is taken. Another text has no effect.
    /// </param>
    /// <param name="now">The current time; that of the system if not given.</param>
    /// <returns>The failure.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The status is below 100 or above 999.</exception>
    public static RequestFailure FromStatus(int status, string? retryAfter = null, DateTimeOffset? now = null)
    {
        Require.InRange(status, 100, 999);
        return new()
        {
            Kind = status switch
            {
                408 or 429 or >= 500 => RequestFailureKind.Transient,
                400 or 413 or 422 => RequestFailureKind.Rejected,
                _ => RequestFailureKind.Fatal,
            },
            RetryAfter = Delay(retryAfter, now ?? TimeProvider.System.GetUtcNow()),
        };
    }

    /// <summary>
    /// Classifies an exception where <see cref="ChatRequestOptions.Failures"/> does not: <see cref="HttpRequestException"/> by its status, also inside another
    /// exception; timeouts, cut connections and exceptions of unknown types as transient; wrong arguments and wrong use as fatal.
    /// </summary>
    internal static RequestFailure Of(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpRequestException { StatusCode: { } status }:
                    return FromStatus((int)status);
                case HttpRequestException or SocketException or IOException or TimeoutException or OperationCanceledException or ExecutionRejectedException:
                    return new() { Kind = RequestFailureKind.Transient };
            }
        }

        // Wrong use counts where the client throws it, and not as the cause of something else.
        return new()
        {
            Kind = error is ArgumentException or InvalidOperationException or NotSupportedException ? RequestFailureKind.Fatal : RequestFailureKind.Transient,
        };
    }

    private static TimeSpan? Delay(string? retryAfter, DateTimeOffset now)
    {
        if (double.TryParse(retryAfter, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
        {
            return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(1).TotalSeconds));
        }

        return DateTimeOffset.TryParse(retryAfter, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date)
            ? TimeSpan.FromTicks(Math.Clamp((date - now).Ticks, 0, TimeSpan.TicksPerDay))
            : null;
    }
}
