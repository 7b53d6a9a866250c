using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Distillation.AI.Tests;

/// <summary>A server on a free port of the loopback interface that speaks the chat completions protocol over HTTP, one request a connection.</summary>
internal sealed class ChatServer : IDisposable
{
    public const string ApiKey = "secret-key-of-the-service";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, int, ServerReply> _reply;
    private readonly ConcurrentDictionary<string, int> _requests = new();
    private readonly Task _accepting;

    /// <summary>Begins to listen.</summary>
    /// <param name="reply">Replies to the last message of the user, by it and by how often it came before.</param>
    public ChatServer(Func<string, int, ServerReply> reply)
    {
        _reply = reply;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>How often each text was answered with status 200.</summary>
    public ConcurrentDictionary<string, int> Answered { get; } = new();

    /// <summary>The bodies of the requests.</summary>
    public ConcurrentQueue<string> Bodies { get; } = new();

    /// <summary>Called when a request is held.</summary>
    public Action OnHeld { get; set; } = () => { };

    /// <summary>The address of the service.</summary>
    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");

    public IChatClient Client() => new OpenAIClient(
        new ApiKeyCredential(ApiKey),
        new OpenAIClientOptions
        {
            Endpoint = Endpoint,
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        }).GetChatClient("model-1").AsIChatClient();

    /// <summary>The classification of failures that an application with the OpenAI library has.</summary>
    public static RequestFailure? Failures(Exception error) => error is ClientResultException { Status: >= 100 } failed
        ? RequestFailure.FromStatus(
            failed.Status,
            failed.GetRawResponse()?.Headers.TryGetValue("Retry-After", out string? seconds) == true ? seconds : null)
        : null;

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _accepting.Wait();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                NetworkStream stream = connection.GetStream();
                string body = await ReadAsync(stream);
                Bodies.Enqueue(body);
                using JsonDocument request = JsonDocument.Parse(body);
                string text = Text(request.RootElement.GetProperty("messages").EnumerateArray()
                    .Last(message => message.GetProperty("role").GetString() == "user"));
                ServerReply reply = _reply(text, _requests.AddOrUpdate(text, 0, (_, count) => count + 1));
                await WriteAsync(stream, text, reply);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The client has gone, or the test is over.
            }
        }
    }

    private async Task WriteAsync(NetworkStream stream, string text, ServerReply reply)
    {
        if (reply.Held)
        {
            OnHeld();
            byte[] rest = new byte[1];
            while (await stream.ReadAsync(rest, _end.Token) > 0)
            {
            }

            return;
        }

        byte[] body = Encoding.UTF8.GetBytes(reply.Body());
        string head = $"HTTP/1.1 {reply.Status} x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n"
            + $"{(reply.RetryAfter is null ? "" : $"Retry-After: {reply.RetryAfter}\r\n")}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _end.Token);
        await stream.WriteAsync(reply.Cut ? body.AsMemory(0, body.Length / 2) : body, _end.Token);
        if (reply is { Status: 200, Cut: false })
        {
            Answered.AddOrUpdate(text, 1, (_, count) => count + 1);
        }
    }

    private async Task<string> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _end.Token);
            head.Append((char)one[0]);
        }

        string length = head.ToString().Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        byte[] body = new byte[int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _end.Token);
        return Encoding.UTF8.GetString(body);
    }

    private static string Text(JsonElement message)
    {
        JsonElement content = message.GetProperty("content");
        return content.ValueKind == JsonValueKind.String
            ? content.GetString()!
            : string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()));
    }
}
