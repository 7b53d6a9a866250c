using Microsoft.Extensions.AI;

namespace Distillation.AI.Tests;

public sealed class CascadeChatClientTests
{
    private static readonly FixedClassifier Student = new(["spam", "ham"], text => text.Contains("win") ? ("spam", 0.99) : ("ham", 0.6));

    [Fact]
    public async Task Student_answers_when_it_is_confident()
    {
        using var inner = new RecordingChatClient("ham");
        using var client = new CascadeChatClient(inner, Student, 0.9, new() { StudentName = "small" });

        ChatResponse response = await client.GetResponseAsync("win now");

        response.Text.Should().Be("spam");
        response.ModelId.Should().Be("small");
        response.AdditionalProperties![CascadeChatClient.ConfidenceProperty].Should().Be(0.99);
        inner.Requests.Should().BeEmpty();
        (client.AnsweredCount, client.PassedOnCount, client.PassedOn.Count).Should().Be((1, 0, 0));
    }

    [Fact]
    public async Task Inner_client_answers_below_the_threshold_and_the_text_is_kept()
    {
        using var inner = new RecordingChatClient("spam");
        var called = new List<PassedOnText>();
        using var client = new CascadeChatClient(inner, Student, 0.9, new() { OnPassedOn = called.Add });

        ChatResponse response = await client.GetResponseAsync([new(ChatRole.System, "Classify."), new(ChatRole.User, "hello")]);

        response.Text.Should().Be("spam");
        inner.Requests.Should().ContainSingle().Which.Select(message => message.Text).Should().Equal("Classify.", "hello");
        PassedOnText kept = client.PassedOn.Drain().Should().ContainSingle().Subject;
        (kept.Text, kept.Prediction.Label, kept.Answer).Should().Be(("hello", "ham", "spam"));
        called.Should().Equal(kept);
        client.PassedOn.Count.Should().Be(0, "the store was drained");
    }

    [Fact]
    public async Task Json_form_has_the_label_as_its_property()
    {
        using var inner = new RecordingChatClient("ham");
        var student = new FixedClassifier(["süß \"x\"", "b"], _ => ("süß \"x\"", 1));
        using var client = new CascadeChatClient(inner, student, 0.9, new() { Form = CascadeAnswerForm.Json, LabelProperty = "class" });

        (await client.GetResponseAsync("text")).Text.Should().Be("{\"class\":\"süß \\\"x\\\"\"}");
    }

    [Fact]
    public async Task Streams_have_the_answer_of_the_student_or_of_the_inner_client()
    {
        using var inner = new RecordingChatClient("sp", "am");
        using var client = new CascadeChatClient(inner, Student, 0.9);

        List<ChatResponseUpdate> own = await client.GetStreamingResponseAsync("win now").ToListAsync();
        List<ChatResponseUpdate> passedOn = await client.GetStreamingResponseAsync("hello").ToListAsync();

        ChatResponse response = own.ToChatResponse();
        (response.Text, response.ModelId).Should().Be(("spam", "student"));
        response.AdditionalProperties![CascadeChatClient.ConfidenceProperty].Should().Be(0.99);
        passedOn.Select(update => update.Text).Should().Equal("sp", "am");
        client.PassedOn.Drain().Should().ContainSingle().Which.Answer.Should().Be("spam");
    }

    [Fact]
    public async Task Stream_that_is_left_early_is_not_kept()
    {
        using var inner = new RecordingChatClient("sp", "am");
        using var client = new CascadeChatClient(inner, Student, 0.9);

        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("hello"))
        {
            update.Text.Should().Be("sp");
            break;
        }

        client.PassedOn.Count.Should().Be(0);
    }

    [Fact]
    public async Task Everything_is_passed_on_without_a_threshold()
    {
        using var inner = new RecordingChatClient("ham");
        using var client = new CascadeChatClient(inner, Student, threshold: null);

        (await client.GetResponseAsync("win now")).Text.Should().Be("ham");
        client.PassedOnCount.Should().Be(1);
    }

    [Fact]
    public async Task Requests_of_other_tasks_are_not_recorded()
    {
        using var inner = new RecordingChatClient("42");
        using var client = new CascadeChatClient(
            inner, Student, 0.9, new() { AppliesTo = (_, options) => options?.AdditionalProperties?.ContainsKey("task") == true });

        (await client.GetResponseAsync("win now")).Text.Should().Be("42");
        (await client.GetResponseAsync("win now", new() { AdditionalProperties = new() { ["task"] = "spam" } })).Text.Should().Be("spam");
        (await client.GetResponseAsync(new ChatMessage(ChatRole.System, "win"))).Text.Should().Be("42", "there is no text of a user");
        (client.AnsweredCount, client.PassedOnCount, client.PassedOn.Count).Should().Be((1, 0, 0));
    }

    [Fact]
    public async Task Classified_text_can_be_selected()
    {
        using var inner = new RecordingChatClient("ham");
        using var client = new CascadeChatClient(inner, Student, 0.9, new() { SelectText = messages => messages[0].Text });

        (await client.GetResponseAsync([new(ChatRole.System, "win"), new(ChatRole.User, "hello")])).Text.Should().Be("spam");
    }

    [Fact]
    public async Task Failed_answer_is_not_kept()
    {
        using var inner = new RecordingChatClient(failure: new InvalidOperationException("down"));
        using var client = new CascadeChatClient(inner, Student, 0.9);

        await FluentActions.Awaiting(() => client.GetResponseAsync("hello")).Should().ThrowAsync<InvalidOperationException>().WithMessage("down");
        client.PassedOn.Count.Should().Be(0);
    }

    [Fact]
    public async Task Canceled_request_reaches_nobody()
    {
        using var inner = new RecordingChatClient("ham");
        using var client = new CascadeChatClient(inner, Student, 0.9);

        await FluentActions.Awaiting(() => client.GetResponseAsync("win now", cancellationToken: new(canceled: true)))
            .Should().ThrowAsync<OperationCanceledException>();
        (client.AnsweredCount, inner.Requests.Count).Should().Be((0, 0));
    }

    [Fact]
    public async Task Many_threads_lose_no_text_and_the_store_keeps_the_newest()
    {
        using var inner = new RecordingChatClient("ham");
        var monitor = new DriftMonitor(1, options: new() { Window = 1000 });
        using var client = new CascadeChatClient(inner, Student, 0.9, new() { Capacity = 50, Monitor = monitor });

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (i, token) => await client.GetResponseAsync($"text {i}", cancellationToken: token));
        await client.GetResponseAsync("the last one");

        client.PassedOnCount.Should().Be(201);
        client.PassedOn.Dropped.Should().Be(151);
        IReadOnlyList<PassedOnText> kept = client.PassedOn.Drain();
        kept.Should().HaveCount(50);
        kept[^1].Text.Should().Be("the last one");
        DriftReport report = monitor.Report();
        (report.Texts, report.PassedOn).Should().Be((201, 201));
    }

    [Fact]
    public void Two_classifiers_form_a_cascade()
    {
        var fallback = new FixedClassifier(["spam", "ham"], _ => ("spam", 0.7));
        var cascade = new ClassifierCascade(Student, fallback, 0.9);

        cascade.Classify(["win", "hello", "win"]).Select(one => (one.Label, one.Probability))
            .Should().Equal(("spam", 0.99), ("spam", 0.7), ("spam", 0.99));
        new ClassifierCascade(Student, fallback, threshold: null).Classify(["win"])[0].Probability.Should().Be(0.7);
        cascade.Classify([]).Should().BeEmpty();
    }

    [Fact]
    public void Bad_settings_are_refused()
    {
        using var inner = new RecordingChatClient("ham");
        FluentActions.Invoking(() => new CascadeChatClient(inner, Student, 1.1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*threshold*1.1*");
        FluentActions.Invoking(() => new CascadeOptions { Capacity = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ClassifierCascade(Student, new FixedClassifier(["ham", "spam"], _ => ("ham", 1)), 0.5))
            .Should().Throw<ArgumentException>().WithMessage("*same labels*");
    }
}
