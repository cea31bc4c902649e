# Train SpamAssassin's Bayes, or ask it, without its rules, its network tests or its daemon.
# usage: perl spamassassin.pl learn|scan DATABASE     a line a mail on standard input: [0|1 ]FILE
use strict;
use warnings;
use Mail::SpamAssassin;
use Mail::SpamAssassin::PerMsgStatus;

my ($what, $database) = @ARGV;
my $config = <<"END";
loadplugin Mail::SpamAssassin::Plugin::Bayes
use_bayes 1
use_learner 1
bayes_path $database
bayes_auto_learn 0
bayes_auto_expire 0
bayes_min_spam_num 1
bayes_min_ham_num 1
END
my $filter = Mail::SpamAssassin->new({
    config_text => $config, local_tests_only => 1, dont_copy_prefs => 1, need_tags => 0,
    userstate_dir => "$database.state",
});
$filter->init(1);
$filter->init_learner({ caller_will_handle_untie => 1, force_expire => 0 });
my $bayes = $filter->call_plugins("learner_get_implementation");

while (my $line = <STDIN>) {
    chomp $line;
    my ($offends, $path) = $what eq "learn" ? split(/ /, $line, 2) : (0, $line);
    open(my $file, "<:raw", $path) or die "$path: $!";
    my $mail = $filter->parse([<$file>], 1);
    close($file);
    if ($what eq "learn") {
        $filter->learn($mail, undef, $offends, 0)->finish();
    } else {
        my $status = Mail::SpamAssassin::PerMsgStatus->new($filter, $mail);
        my $score = $bayes->scan($status, $mail);
        printf("%.12f\n", defined $score ? $score : 0.5);
        $status->finish();
    }
    $mail->finish();
}
$filter->rebuild_learner_caches({ verbose => 0 }) if $what eq "learn";
$filter->finish_learner();
$filter->finish();
