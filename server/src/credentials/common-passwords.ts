/**
 * The passwords that are tried first: those that stand at the top of published collections, Chinese ones and all,
 * in lower case. What makes another one of them (a digit behind, a sign for a letter, a walk over the keyboard, a
 * date) is a rule, and need not stand here.
 */
export const commonPasswords = `
123456 password 12345678 qwerty 123456789 12345 1234 111111 1234567 dragon 123123 baseball abc123 football monkey
letmein 696969 shadow master 666666 qwertyuiop 123321 mustang 1234567890 michael 654321 pussy superman 1qaz2wsx
7777777 fuckyou 121212 000000 qazwsx 123qwe killer trustno1 jordan jennifer zxcvbnm asdfgh hunter buster soccer
harley batman andrew tigger sunshine iloveyou fuckme 2000 charlie robert thomas hockey ranger daniel starwars
klaster 112233 george asshole computer michelle jessica pepper 1111 zxcvbn 555555 11111111 131313 freedom 777777
pass fuck maggie 159753 aaaaaa ginger princess joshua cheese amanda summer love ashley 6969 nicole chelsea biteme
matthew access yankees 987654321 dallas austin thunder taylor matrix william corvette hello martin heather secret
fucker merlin diamond 1234qwer gfhjkm hammer silver 222222 88888888 anthony justin test bailey q1w2e3r4t5 patrick
internet scooter orange 11111 golfer cookie richard samantha bigdog guitar jackson whatever mickey chicken sparky
snoopy maverick phoenix camaro sexy peanut morgan welcome falcon cowboy ferrari samsung andrea smokey steelers
joseph mercedes dakota arsenal eagles melissa boomer booboo spider nascar monster tigers yellow xxxxxx 123123123
gateway marina diablo bulldog qwer1234 compaq purple hardcore banana junior hannah 123654 porsche lakers iceman
money cowboys 987654 london tennis 999999 ncc1701 coffee scooby 0000 miller boston q1w2e3r4 fuckoff brandon
yamaha chester mother forever johnny edward 333333 oliver redsox player nikita knight fender barney midnight please
brandy chicago badboy iwantu slayer rangers charles angel flower bigdaddy rabbit wizard bigdick jasper enter rachel
chris steven winner adidas victoria natasha 1q2w3e4r jasmine winter prince panties marine ghbdtn fishing cocacola
casper james 232323 raiders 888888 marlboro gandalf asdfasdf crystal 87654321 12344321 sexsex golden blowme bigtits
8675309 panther lauren angela bitch spanky thx1138 angels madison winston shannon mike toyota blowjob jordan23
canada sophie passwords apples dick tiger razz 123abc pokemon qazxsw 55555 qwaszx muffin johnson murphy cooper
jonathan liverpoo david danielle 159357 jackie 1990 123456a 789456 turtle horny abcd1234 scorpion qazwsxedc 101010
butter carlos password1 dennis slipknot qwerty123 booger asdf 1991 black startrek 12341234 cameron newyork rainbow
nathan john 1992 rocket viking redskins butthead asdfghjkl 1212 sierra peaches gemini doctor wilson sandra helpme
qwertyui victor florida dolphin pookie captain tucker blue liverpool theman bandit dolphins maddog packers jaguar
lovers nicholas united tiffany maxwell zzzzzz nirvana jeremy suckit stupid porn monica elephant giants jackass
hotdog rosebud success debbie mountain 444444 xxxxxxxx warrior 1q2w3e4r5t q1w2e3 123456q albert metallic lucky
azerty 7777 shithead alex bond007 alexis 1111111 samson 5150 willie scorpio bonnie gators benjamin voodoo driver
dexter 2112 jason calvin freddy 212121 creative 12345a sydney rush2112 1989 asdfghjk red123 bubba 4815162342
passw0rd trouble gunner happy fucking gordon legend jessie stella qwert eminem arthur apple nissan bullshit bear
america 1qazxsw2 nothing parker 4444 rebecca qweqwe garfield 01012011 beavis 69696969 jack asdasd december 2222
102030 252525 11223344 magic apollo skippy 315475 girls kitten golf copper braves shelby godzilla beaver fred
tomcat august buddy airborne 1993 1988 lifehack qqqqqq brooklyn animal platinum phantom online xavier darkness
blink182 power fish green 789456123 voyager police travis 12qwaszx heaven snowball lover abcdef 00000 pakistan
007007 walter playboy blazer cricket sniper hooters donkey willow loveme saturn therock redwings bigboy pumpkin
trinity williams tits nintendo digital destiny topgun runner marvin guinness chance bubbles testing fire november
minecraft asdf1234 lasvegas sergey broncos cartman private celtic birdie little cassie babygirl donald beatles
1313 dickhead family 12121212 school louise gabriel eclipse fluffy 147258369 lol123 explorer beer nelson flyers
spencer scott lovely gibson doggie cherry andrey snickers buffalo pantera metallica member carter qwertyu peter
alexande steve bronco paradise goober 5555 samuel montana mexico dreams michigan cock carolina yankee friends
magnum surfer poopoo maximus genius cool vampire lacrosse asd123 aaaa christin kimberly speedy sharon carmen 111222
kristina sammy racing ou812 sabrina horses 0987654321 qwerty1 pimpin baby stalker enigma 147147 star poohbear
boobies 147258 simple bollocks 12345q marcus brian 1987 qweasdzxc drowssap hahaha caroline barbara dave viper
drummer action einstein bitches genesis hello1 scotty friend forest 010203 hotrod google vanessa spitfire badger
maryjane friday alaska 1232323q tester jester jake champion billy 147852 rock hawaii badass chevy 420420 walker
stephen eagle1 bill 1986 october gregory svetlana pamela 1984 music shorty westside stanley diesel courtney 242424
kevin porno hitman boobs mark 12345qwert reddog frank qwe123 popcorn patricia aaaaaaaa 1969 teresa mozart buddha
anderson paul melanie abcdefg security lucky1 lizard denise 3333 a12345 123789 ruslan stargate simpsons scarface
eagle 123456789a thumper olivia naruto 1234554321 general cherokee a123456 vincent usuckballz1 spooky qweasd cumshot
free frankie douglas death 1980 loveyou kitty kelly veronica suzuki semperfi penguin mercury liberty spirit scotland
natalie marley vikings system sucker king allison marshall 1979 098765 qwerty12 hummer adrian 1985 vfhbyf sandman
rocky leslie antonio 98765432 4321 softball passion mnbvcxz bastard passport horney rascal howard franklin bigred
assman alexander homer redrum jupiter claudia 55555555 141414 zaq12wsx shit patches nigger cunt raider infinity
andre 54321 galore college russia kawasaki bishop 77777777 vladimir money1 freeuser wildcats francis disney budlight
brittany 1994 00000000 sweet oksana honda domino bulldogs brutus swordfis norman monday jimmy ironman ford fantasy
9999 7654321 hentai duncan cougar 1977 jeffrey house dancer brooke timothy super marines justice digger connor
patriots karina 202020 molly everton tinker alicia rasdzv3 poop pearljam stinky naughty colorado 123123a water test123
ncc1701d motorola ireland asdfg slut matt houston boogie zombie accord vision bradley reggie kermit froggy ducati
avalon 6666 9379992 sarah saints logitech chopper 852456 simpson madonna juventus claire 159951 zachary yfnfif
wolverin warcraft hello123 extreme penis peekaboo fireman eugene brenda 123654789 russell panthers georgia smith
skyline jesus elizabet spiderma smooth pirate empire bullet 8888 virginia valentin psycho predator arizona 134679
mitchell alyssa vegeta titanic christ goblue fylhtq wolf mmmmmm kirill indian hiphop baxter awesome people danger
roland mookie 741852963 1111111111 dreamer bambam arnold 1981 skipper serega rolltide elvis changeme simon 1q2w3e
lovelove fktrcfylh denver tommy mine loverboy hobbes happy1 alison nemesis chevelle cardinal burton wanker picard
151515 tweety michael1 147852369 12312 xxxx windows turkey 456789 1974 vfrcbv sublime 1975 galina bobby newport
manutd daddy american alexandr 1966 victory rooster qqq111 madmax electric bigcock a1b2c3 wolfpack spring phpbb
lalala suckme spiderman eric darkside classic raptor 123456789q hendrix 1982 wombat avatar alpha zxc123 crazy hard
england brazil 1978 01011980 wildcat polina freepass
administrator admin root toor guest user default temp temporary letmein1 welcome1 welcome123 login passwd pass123
pass1234 password12 password123 password1234 p@ssw0rd p@ssword p4ssw0rd pa55word passw0rd1 admin123 admin1234
adminadmin administrator1 root123 root1234 toor123 test1234 testtest demo demo123 qwerty1234 qwertyuiop123
qwertyqwerty asdfqwer zxcvbnm123 zxcv1234 asdfghjkl123 iloveyou1 iloveyou2 iloveyou123 ihateyou trustnoone letmeinnow
sunshine1 princess1 football1 baseball1 superman1 batman123 starwars1 pokemon1 dragon123 monkey123 shadow123 master123
michael123 charlie1 jordan123 hunter2 whatever1 freedom1 ninja ninja123 azertyuiop motdepasse bonjour soleil
doudou loulou chouchou nicolas camille marseille contrasena contraseña tequiero teamo estrella mariposa barcelona
realmadrid alejandro hola hola123 passwort hallo hallo123 schatz schalke04 fussball sommer schalke ficken
wachtwoord welkom welkom01 senha senha123 flamengo corinthians brasil portugal benfica sporting palmeiras amor
teamobebe parola parola123 galatasaray fenerbahce besiktas istanbul turkiye sifre haslo haslo123 polska misiek
kochanie qwerty12345 zaqwsx zaq123 matrix1 salasana heslo jelszo kode rahasia sayang bismillah indonesia allah
muhammad pakistan123 india123 krishna sairam jaimatadi omsairam kumar ganesha shivshakti vietnam matkhau anhyeuem
khongbiet sakura doraemon pikachu nintendo64 playstation xbox360 fortnite roblox minecraft1 counterstrike leagueoflegends
facebook twitter instagram whatsapp youtube linkedin google123 gmail yahoo hotmail microsoft windows10 windows7 android
iphone apple123 samsung1 samsung123 nokia huawei xiaomi oneplus lenovo thinkpad toshiba dell cisco oracle mysql postgres
oracle123 mysql123 postgres123 redis mongodb elastic docker kubernetes jenkins gitlab github tomcat123 weblogic nagios
zabbix grafana ubuntu debian centos raspberry raspberrypi vagrant server database backup office office365 company
january february march april june july september summer2019 summer2020 summer2021 winter2020 spring2020 autumn fall
tuesday wednesday thursday saturday sunday christmas easter halloween birthday holiday vacation corona covid covid19
lockdown quarantine bitcoin ethereum blockchain crypto dogecoin tothemoon wallet
5201314 1314520 520520 1314 520 woaini woaini520 woaini1314 woaini5201314 woaini123 woaini521 woaiwojia woaiziji
woaiwoziji woaini99 woailaopo woailaogong wodemima wozhiaini aini1314 aini520 ai1314 iloveyou520 iloveyou1314
love520 love1314 a5201314 q5201314 z5201314 520131400 5211314 521521 1314521 7758521 7758258 584520 5845201314
3344520 3344521 147258 123456789abc abc123456 abcd123456 abcdef123456 a123456789 a12345678 a1234567 a123123 a111111
aa123456 aa123123 aaa123 aaa111 aaa123456 aa112233 aa12345678 asd123456 asdasd123 as123456 qq123456 qq123123 qq5201314
qq1234567 qq123456789 qqq123 qwe123456 qweqwe123 qwe123123 q123456 q1234567 q12345678 q123456789 z123456 z1234567
z123456789 zxc123456 zxczxc zxcvbnm1 zx123456 zz123456 w123456 w123456789 x123456 l123456 l123456789 s123456 h123456
c123456 y123456 m123456 j123456 k123456 t123456 g123456 b123456 d123456 f123456 r123456 p123456 n123456 v123456
wang123 wang123456 wangwang wangyang wangjian wangwei wanglei wangjing wangjun wangtao wangpeng wangchao wangyu
zhang123 zhang123456 zhangsan zhangwei zhangjian zhanglei zhangyang zhangjing zhangjie zhangli zhangmin zhangtao
lisi lisi123 wangwu zhaoliu li123456 liwei lijun lijing liming lilei hanmeimei liuyang liuwei liujie liujun liudehua
chen123 chenchen chenwei chenjian chenglong yang123 yangyang yangming zhouzhou zhoujielun jaychou linjunjie lindan
xiaoming xiaohong xiaolong xiaoxiao xiaobai xiaohei xiaogang xiaoyu xiaoyang xiaotian xiaoqiang tiantian lele leilei
feifei dandan dongdong nannan beibei jingjing huanhuan yingying niuniu maomao mimi miaomiao baobao baobei baobei520
laopo laogong qinaide xingfu kuaile pingan jiankang facai gongxifacai fadacai zhaocaijinbao shengrikuaile xinniankuaile
zhongguo zhongguo123 zhonghua china china123 beijing beijing2008 shanghai guangzhou shenzhen hangzhou nanjing chengdu
chongqing wuhan xian tianjin suzhou changsha qingdao dalian xiamen fuzhou harbin shenyang hongkong taiwan macau
mima mima123 mima123456 mimamima wangjimima wangji wangjile buzhidao bujidele meiyoumima woshishui woshini
nishishui nihao nihao123 nihaoma nihaonihao zaijian xiexie duibuqi shabi caonima caonima123 wocaonima nimabi nima
tamade sb250 gundan goudan laozi woshilaozi dashabi huaidan bendan zhutou
admin888 admin666 admin999 admin123456 admin12345 root123456 root888 test123456 user123 user123456 guest123
administrator123 password888 pass888 888888888 88888 8888888 666666666 66666666 6666666 999999999 99999999 9999999
110110 110110110 119119 120120 112112 114114 123000 123321123 123456654321 1234567899 123456123 123456abc
12345678910 1234567891 0123456789 01234567 012345 0123456 111222333 111222tianya 1123581321 112358 123698745 123698
123789456 147896325 159357456 159753123 168168 168168168 181818 186186 188188 198198 518518 51518 5188 521125
789789 789456123a 963852741 963852 987987 98765 a1b2c3d4 a1s2d3f4 abc123abc abcabc abc12345 abc1234 abcd abcd123
abc789 1a2b3c4d 1a2b3c 12qwas 123qweasd 123qweasdzxc 123qweqwe 1qazxsw23edc 1qaz2wsx3edc qaz123 qaz123456 qazqaz
qazwsx123 qazwsxedcrfv wsxedc edcrfv rfvtgb zaq1zaq1 zaq1xsw2 xsw21qaz q1q1q1 q1w2e3r4t5y6 qwerasdf qwerasdfzxcv
asdf123 asdf12345 asdfjkl fdsafdsa dfgh jklasd poiuytrewq lkjhgfdsa mnbvcxz123 0okm9ijn 9ijn8uhb !qaz2wsx
taobao taobao123 alipay zhifubao weixin weixin123 wechat wechat123 tencent baidu baidu123 alibaba aliyun jingdong
huawei123 xiaomi123 sina weibo youku renren kaixin kaixin123 tianya csdn dearbook 12345678csdn iloveyoubaby
yingxiong lol123456 wangzhe wangzherongyao chiji qiezi dota dota2 warcraft3 crossfire dnf123 mengxiang lixiang
`
