import{P as e,R as t,_ as n,b as r,c as i,i as a,k as o,r as s,s as c,u as l,w as u}from"./index-q0cvveWk.js";import{d,o as f}from"./curl-DN9Ceju9.js";import{t as p}from"./badge-BEXyiuIc.js";import{a as m,n as h,r as g}from"./numbers-CoBbCYtr.js";import{r as _}from"./page-Bd5Bw3P3.js";import{t as v}from"./paging-BY0QnTP9.js";import"./table-lhtN2eUf.js";import{t as y}from"./query-BWpnzWjK.js";var b=t.definition.health,x=5e3,S=25,C=class extends a{constructor(...e){super(...e),this.api=``,this.query=new y(this,()=>void this.loader.reload()),this.loader=new d(this,e=>this.load(e),{everyMs:x})}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload())}get calls(){let e=(...e)=>u(`apis`,this.api,`health`,...e);return[o(e(`endpoints`)),o(e(`availability`),{field:`endpoint`}),o(e(`average-response-time`),{field:`endpoint`}),o(e(`logs`),{success:this.query.get(`success`),page:this.query.number(`page`,1),perPage:S})]}async load(t){let[n,r,i,a]=this.calls,[o,s,c,l]=await Promise.all([e(n,t),e(r,t),e(i,t),e(a,t)]);return{endpoints:o.data,availability:s,times:c,logs:l}}render(){return _({title:b.title,intro:b.intro,content:this.loader.show(e=>e.endpoints.length?r`${this.endpoints(e)} ${this.logs(e.logs)}`:r`<div class="empty">
              <p>${b.none}</p>
              <a href=${l(`apis`,this.api,`endpoints`)}>${b.toEndpoints}</a>
            </div>`),calls:this.calls})}endpoints(e){let t=[{id:`endpoint`,label:b.endpoint,cell:e=>e.endpoint,sort:e=>e.endpoint},{id:`status`,label:b.status,cell:e=>p(e.status,e.available?`good`:`bad`),sort:e=>e.status},{id:`availability`,label:b.availability,numeric:!0,cell:t=>w(e.availability.group[t.endpoint]),sort:t=>e.availability.group[t.endpoint]??0},{id:`time`,label:b.averageTime,numeric:!0,cell:t=>T(e.times.group[t.endpoint]),sort:t=>e.times.group[t.endpoint]??0}];return r`<relay-table
      .label=${b.endpoints}
      .columns=${t}
      .rows=${e.endpoints}
      .key=${e=>e.endpoint}
    ></relay-table>`}logs(e){let t=[{id:`time`,label:b.time,cell:e=>m(e.timestamp)},{id:`endpoint`,label:b.endpoint,cell:e=>e.endpointName},{id:`result`,label:b.result,cell:e=>p(e.success?b.passed:b.failed,e.success?`good`:`bad`)},{id:`status`,label:b.response,cell:e=>r`${e.steps[0]?.request.method} ${e.steps[0]?.response.status??n}
          ${e.steps[0]?.message??n}`},{id:`took`,label:b.took,numeric:!0,cell:e=>T(e.responseTime)},{id:`gateway`,label:b.gateway,cell:e=>e.gatewayId,secondary:!0}];return r`<h2>${b.logs}</h2>
      <div class="filters">
        ${f({id:`health-success`,label:b.result,value:this.query.get(`success`),options:[{value:``,label:b.all},{value:`true`,label:b.passed},{value:`false`,label:b.failed}],onChange:e=>this.query.set({success:e,page:void 0})})}
      </div>
      <relay-table
        .label=${b.logs}
        .columns=${t}
        .rows=${e.data}
        .key=${e=>e.id}
      ></relay-table>
      ${v(e.pagination,e=>this.query.set({page:e===1?void 0:String(e)}))}`}};s([c({attribute:!1})],C.prototype,`api`,void 0),C=s([i(`relay-api-health`)],C);function w(e){return e===void 0?``:`${h(Math.round(e*1e4)/100)} %`}function T(e){return e===void 0?``:g(e)}export{C as Health};