using System.Net;
using System.Net.Sockets;

namespace Distillation.AI.Tests;

public sealed class RequestFailureTests
{
    [Theory]
    [InlineData(408, RequestFailureKind.Transient)]
    [InlineData(429, RequestFailureKind.Transient)]
    [InlineData(500, RequestFailureKind.Transient)]
    [InlineData(529, RequestFailureKind.Transient)]
    [InlineData(400, RequestFailureKind.Rejected)]
    [InlineData(413, RequestFailureKind.Rejected)]
    [InlineData(422, RequestFailureKind.Rejected)]
    [InlineData(401, RequestFailureKind.Fatal)]
    [InlineData(403, RequestFailureKind.Fatal)]
    [InlineData(404, RequestFailureKind.Fatal)]
    public void Status_has_a_kind(int status, RequestFailureKind kind)
    {
        RequestFailure.FromStatus(status).Should().Be(new RequestFailure { Kind = kind });
        RequestFailure.Of(new AggregateException(new HttpRequestException("x", null, (HttpStatusCode)status))).Kind.Should().Be(kind);
    }

    [Theory]
    [InlineData("17", 17.0)]
    [InlineData("0.5", 0.5)]
    [InlineData("0", 0.0)]
    [InlineData("1e9", null)]
    [InlineData("999999999", 86400.0)]
    [InlineData("Fri, 02 Jan 2026 03:05:00 GMT", 60.0)]
    [InlineData("Fri, 02 Jan 2026 03:00:00 GMT", 0.0)]
    [InlineData("soon", null)]
    [InlineData("-3", null)]
    [InlineData(null, null)]
    public void Retry_after_is_seconds_or_a_date(string? header, double? seconds) =>
        RequestFailure.FromStatus(429, header, new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero)).RetryAfter
            .Should().Be(seconds is { } delay ? TimeSpan.FromSeconds(delay) : null);

    [Fact]
    public void Exceptions_without_a_status_are_classified_by_their_types()
    {
        RequestFailure.Of(new FormatException("of a library", new SocketException(1))).Kind.Should().Be(RequestFailureKind.Transient);
        RequestFailure.Of(new HttpRequestException("cut")).Kind.Should().Be(RequestFailureKind.Transient);
        RequestFailure.Of(new TimeoutException()).Kind.Should().Be(RequestFailureKind.Transient);
        RequestFailure.Of(new FormatException("unknown")).Kind.Should().Be(RequestFailureKind.Transient);
        RequestFailure.Of(new ObjectDisposedException("client")).Kind.Should().Be(RequestFailureKind.Fatal);
        RequestFailure.Of(new ArgumentException("wrong")).Kind.Should().Be(RequestFailureKind.Fatal);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(1000)]
    public void Status_is_from_100_to_999(int status) =>
        FluentActions.Invoking(() => RequestFailure.FromStatus(status)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*in [100, 999]*");
}
