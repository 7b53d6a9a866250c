using System.ComponentModel.DataAnnotations;

namespace OverHttp;

/// <summary>Takes the models of the clients, and hands out those of all, or their average.</summary>
internal sealed class ExchangeServer : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    // A request for what is not there yet is held so long, and then refused with 503: the client repeats it.
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(10);

    private readonly int _clients;
    private readonly string _directory;
    private readonly Gathering _models;
    private readonly AveragingRounds _rounds;

    private ExchangeServer(ServerSettings settings)
    {
        _clients = settings.Clients;
        _directory = Path.GetFullPath(settings.Directory);
        Directory.CreateDirectory(_directory);
        if (Directory.EnumerateFileSystemEntries(_directory).Any())
        {
            throw new ValidationException($"--{nameof(ServerSettings.Directory)} must be an empty directory, but '{_directory}' has files.");
        }

        _models = new Gathering(_directory, _clients, [.. Enumerable.Range(0, _clients)]);
        _rounds = new AveragingRounds(_directory, _clients);
    }

    /// <summary>Runs until it is stopped.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(arguments);
        using var server = new ExchangeServer(Settings.Read<ServerSettings>(builder.Configuration));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = Agreement.MaxBytes;
            kestrel.Limits.MaxConcurrentConnections = 8 * server._clients;
            kestrel.Limits.RequestHeadersTimeout = RequestTimeout;
        });
        builder.Services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new()
        {
            Timeout = RequestTimeout,
            TimeoutStatusCode = StatusCodes.Status408RequestTimeout,
        });
        await using WebApplication app = builder.Build();
        app.UseRequestTimeouts();
        app.Use(RefuseAsync);
        server.Map(app);
        await app.RunAsync();
    }

    public void Dispose() => _rounds.Dispose();

    private void Map(WebApplication app)
    {
        app.MapGet("/models", () => new ExchangeState(_clients, _models.Arrived));
        app.MapPut("/models/{client:int:min(0)}", (int client, HttpRequest request) =>
            TakeAsync(request, () => _models.RequireMissing(client), aside => _models.Keep(client, aside)));
        app.MapGet("/models/{client:int:min(0)}", async (int client, HttpContext context) =>
        {
            _models.RequireKnown(client);
            await HoldAsync(_models.Complete, "Not all models have arrived yet.", context.RequestAborted);
            return await SendAsync(_models.PathOf(client), context);
        });
        app.MapGet("/rounds/{round:int:min(0)}", async (int round, HttpContext context) =>
        {
            await HoldAsync(_rounds.Begun(round), $"Round {round} has not begun yet.", context.RequestAborted);
            return await SendAsync(_rounds.PathOf(round), context);
        });
        app.MapPut("/rounds/{round:int:min(0)}/models/{client:int:min(0)}", (int round, int client, HttpRequest request) =>
            TakeAsync(request, () => _rounds.RequireMissing(round, client), aside => _rounds.Keep(round, client, aside)));
    }

    // The body is read only where it is wanted, and kept only where it is right.
    private async Task<IResult> TakeAsync(HttpRequest request, Action check, Action<string> keep)
    {
        check();
        ContentDigest.RequireSize(
            request.ContentLength ?? throw new RefusedException(StatusCodes.Status411LengthRequired, "The message must have the header Content-Length."));
        string aside = Path.Combine(_directory, $"{Guid.NewGuid():N}.part");
        await ContentDigest.ReceiveAsync(request.Body, aside, request.Headers[ContentDigest.Header], request.HttpContext.RequestAborted);
        try
        {
            ModelFile.Load(aside).Dispose();
            keep(aside);
        }
        finally
        {
            File.Delete(aside);
        }

        return Results.StatusCode(StatusCodes.Status201Created);
    }

    private static async Task<IResult> SendAsync(string path, HttpContext context)
    {
        context.Response.Headers[ContentDigest.Header] = await ContentDigest.OfAsync(path, context.RequestAborted);
        return Results.File(path, "application/octet-stream");
    }

    private static async Task HoldAsync(Task ready, string notYet, CancellationToken cancellationToken)
    {
        try
        {
            await ready.WaitAsync(Hold, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, notYet);
        }
    }

    private static async Task RefuseAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (RefusedException refused)
        {
            await Results.Problem(refused.Message, statusCode: refused.Status).ExecuteAsync(context);
        }
        catch (BadHttpRequestException bad)
        {
            await Results.Problem(bad.Message, statusCode: bad.StatusCode).ExecuteAsync(context);
        }
    }
}
