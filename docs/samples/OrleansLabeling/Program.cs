using System.CommandLine;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansLabeling;

var number = new Option<int>("--number") { Description = "The number of this process; 0 has the others label, and takes part." };
var store = new Option<string>("--store") { Description = "The directory of the outputs.", DefaultValueFactory = _ => "teacher-outputs" };
var images = new Option<FileInfo>("--images")
{
    Description = "An IDX file of images of 28×28 pixels.",
    DefaultValueFactory = _ => new(Path.Combine(AppContext.BaseDirectory, "Data", "unlabeled-images-idx3-ubyte.gz")),
};
var blocks = new Option<int>("--blocks") { Description = "Into how many blocks the images are divided.", DefaultValueFactory = _ => 20 };
var processes = new Option<int>("--processes") { Description = "How many processes process 0 waits for.", DefaultValueFactory = _ => 1 };
var port = new Option<int>("--port") { Description = "The first of two ports for each process.", DefaultValueFactory = _ => 21_100 };
var command = new RootCommand("Labels images by a teacher, on processes of which any but process 0 may come and go.")
{
    number, store, images.AcceptExistingOnly(), blocks, processes, port,
};
number.Validators.Add(result => AtLeast(result, number, 0));
blocks.Validators.Add(result => AtLeast(result, blocks, 1));
processes.Validators.Add(result => AtLeast(result, processes, 1));
port.Validators.Add(result => AtLeast(result, port, 1));
command.SetAction((parsed, token) => Run(
    new(
        parsed.GetValue(number),
        parsed.GetRequiredValue(store),
        parsed.GetRequiredValue(images).FullName,
        parsed.GetValue(blocks),
        parsed.GetValue(processes),
        parsed.GetValue(port)),
    token));
return await command.Parse(args).InvokeAsync();

static void AtLeast(System.CommandLine.Parsing.OptionResult result, Option<int> option, int least)
{
    if (result.GetValue(option) < least)
    {
        result.AddError($"{option.Name} must be {least} or more, but is {result.GetValue(option)}.");
    }
}

static async Task<int> Run(Settings settings, CancellationToken cancellationToken)
{
    // Several processes share the processor.
    torch.set_num_threads(1);
    HostApplicationBuilder builder = Host.CreateApplicationBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Error);
    builder.Services.AddSingleton(settings).AddSingleton<BlockLabeler>();
    builder.UseOrleans(silo => silo
        .UseLocalhostClustering(settings.SiloPort, settings.GatewayPort, settings.Number == 0 ? null : new IPEndPoint(IPAddress.Loopback, settings.Port))
        .Configure<ClusterMembershipOptions>(options =>
        {
            // A process that does not answer twice in a row is dead.
            options.ProbeTimeout = TimeSpan.FromSeconds(2);
            options.NumMissedProbesLimit = 2;
            options.NumVotesForDeathDeclaration = 1;
        }));
    using IHost host = builder.Build();
    BlockLabeler labeler = host.Services.GetRequiredService<BlockLabeler>();
    await host.StartAsync(cancellationToken);
    Console.WriteLine($"process {settings.Number} is in the cluster");
    if (settings.Number > 0)
    {
        await host.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    await new Coordinator(host.Services.GetRequiredService<IGrainFactory>(), settings).Run(cancellationToken);
    (long filled, long all) = labeler.Count();
    Console.WriteLine($"{filled} of {all} images have outputs in {settings.Store}");
    await host.StopAsync(cancellationToken);
    return filled == all ? 0 : 1;
}
