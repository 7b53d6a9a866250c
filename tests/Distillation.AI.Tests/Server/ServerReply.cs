using System.Text.Json.Nodes;

namespace Distillation.AI.Tests;

/// <summary>What the server replies to a request.</summary>
internal sealed record ServerReply
{
    public int Status { get; init; } = 200;

    public string? RetryAfter { get; init; }

    /// <summary>The text of the answer.</summary>
    public string Content { get; init; } = "";

    public JsonNode? LogProbabilities { get; init; }

    /// <summary>The connection is closed in the middle of the response.</summary>
    public bool Cut { get; init; }

    /// <summary>There is no response until the client leaves.</summary>
    public bool Held { get; init; }

    public static ServerReply Label(string label) => new() { Content = ScriptedClient.Label(label) };

    /// <summary>The body in the form of the chat completions protocol.</summary>
    public string Body() => Status == 200
        ? new JsonObject
        {
            ["id"] = "1",
            ["object"] = "chat.completion",
            ["created"] = 1,
            ["model"] = "model-1",
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = Content },
                ["logprobs"] = LogProbabilities?.DeepClone(),
                ["finish_reason"] = "stop",
            }),
            ["usage"] = new JsonObject
            {
                ["prompt_tokens"] = 50,
                ["completion_tokens"] = 6,
                ["total_tokens"] = 56,
                ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 20 },
                ["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 2 },
            },
        }.ToJsonString()
        : new JsonObject { ["error"] = new JsonObject { ["message"] = $"status {Status}", ["type"] = "test", ["code"] = "test" } }.ToJsonString();
}
