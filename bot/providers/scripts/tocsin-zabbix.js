// The script of a webhook media type of Zabbix: posts its parameters to Tocsin, but for url and token.
var parameters = JSON.parse(value);
var url = parameters.url, token = parameters.token;
delete parameters.url;
delete parameters.token;
delete parameters.HTTPProxy;
if (!url || !token) {
    throw 'Tocsin: the parameters url and token are needed';
}
var request = new HttpRequest();
request.addHeader('Content-Type: application/json');
request.addHeader('Authorization: Bearer ' + token);
var answer = request.post(url, JSON.stringify(parameters));
if (request.getStatus() < 200 || request.getStatus() > 299) {
    throw 'Tocsin answered ' + request.getStatus() + ': ' + answer;
}
return 'OK';
