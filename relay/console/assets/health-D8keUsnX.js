import{A as e,F as t,T as n,c as r,d as i,i as a,l as o,r as s,v as c,x as l,z as u}from"./index-DO9nkWps.js";import{i as d}from"./curl-Bjpvh-Ts.js";import{t as f}from"./badge-Di9aOPF2.js";import{i as p}from"./fields-DEXbSuR-.js";import{a as m,n as h,r as g}from"./numbers-CoBbCYtr.js";import{r as _}from"./page-Cz4QYGt_.js";import{t as v}from"./paging-CRqy6aze.js";import"./table-BOKn2q8T.js";import{t as y}from"./query-waRGAtQK.js";var b=u.definition.health,x=5e3,S=25,C=class extends a{constructor(...e){super(...e),this.api=``,this.query=new y(this,()=>void this.loader.reload()),this.loader=new d(this,e=>this.load(e),{everyMs:x})}willUpdate(e){e.get(`api`)&&(this.loader.value=void 0,this.loader.reload())}get calls(){let t=(...e)=>n(`apis`,this.api,`health`,...e);return[e(t(`endpoints`)),e(t(`availability`),{field:`endpoint`}),e(t(`average-response-time`),{field:`endpoint`}),e(t(`logs`),{success:this.query.get(`success`),page:this.query.number(`page`,1),perPage:S})]}async load(e){let[n,r,i,a]=this.calls,[o,s,c,l]=await Promise.all([t(n,e),t(r,e),t(i,e),t(a,e)]);return{endpoints:o.data,availability:s,times:c,logs:l}}render(){return _({title:b.title,intro:b.intro,content:this.loader.show(e=>e.endpoints.length?l`${this.endpoints(e)} ${this.logs(e.logs)}`:l`<div class="empty">
              <p>${b.none}</p>
              <a href=${i(`apis`,this.api,`endpoints`)}>${b.toEndpoints}</a>
            </div>`),calls:this.calls})}endpoints(e){let t=[{id:`endpoint`,label:b.endpoint,cell:e=>e.endpoint,sort:e=>e.endpoint},{id:`status`,label:b.status,cell:e=>f(e.status,e.available?`good`:`bad`),sort:e=>e.status},{id:`availability`,label:b.availability,numeric:!0,cell:t=>w(e.availability.group[t.endpoint]),sort:t=>e.availability.group[t.endpoint]??0},{id:`time`,label:b.averageTime,numeric:!0,cell:t=>T(e.times.group[t.endpoint]),sort:t=>e.times.group[t.endpoint]??0}];return l`<relay-table
      .label=${b.endpoints}
      .columns=${t}
      .rows=${e.endpoints}
      .key=${e=>e.endpoint}
    ></relay-table>`}logs(e){let t=[{id:`time`,label:b.time,cell:e=>m(e.timestamp)},{id:`endpoint`,label:b.endpoint,cell:e=>e.endpointName},{id:`result`,label:b.result,cell:e=>f(e.success?b.passed:b.failed,e.success?`good`:`bad`)},{id:`status`,label:b.response,cell:e=>l`${e.steps[0]?.request.method} ${e.steps[0]?.response.status??c}
          ${e.steps[0]?.message??c}`},{id:`took`,label:b.took,numeric:!0,cell:e=>T(e.responseTime)},{id:`gateway`,label:b.gateway,cell:e=>e.gatewayId,secondary:!0}];return l`<h2>${b.logs}</h2>
      <div class="filters">
        ${p({id:`health-success`,label:b.result,value:this.query.get(`success`),options:[{value:``,label:b.all},{value:`true`,label:b.passed},{value:`false`,label:b.failed}],onChange:e=>this.query.set({success:e,page:void 0})})}
      </div>
      <relay-table
        .label=${b.logs}
        .columns=${t}
        .rows=${e.data}
        .key=${e=>e.id}
      ></relay-table>
      ${v(e.pagination,e=>this.query.set({page:e===1?void 0:String(e)}))}`}};s([r({attribute:!1})],C.prototype,`api`,void 0),C=s([o(`relay-api-health`)],C);function w(e){return e===void 0?``:`${h(Math.round(e*1e4)/100)} %`}function T(e){return e===void 0?``:g(e)}export{C as Health};