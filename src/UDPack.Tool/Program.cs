using UDPack.Tool;

return await UdpackCommand.RunAsync(args).ConfigureAwait(false);
